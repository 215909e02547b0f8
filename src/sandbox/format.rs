//! Colours and cell formats as Google gives them back: quantised, without zeros, each colour beside
//! its style.

use serde_json::{Map, Value, json};

/// The pairs of a colour and its newer twin.
const TWINS: [(&str, &str); 5] = [
    ("backgroundColor", "backgroundColorStyle"),
    ("foregroundColor", "foregroundColorStyle"),
    ("color", "colorStyle"),
    ("tabColor", "tabColorStyle"),
    ("headerColor", "headerColorStyle"),
];

/// The other name of a colour field, if it is one.
pub fn twin(name: &str) -> Option<&'static str> {
    TWINS.iter().find_map(|&(colour, style)| match name {
        _ if name == colour => Some(style),
        _ if name == style => Some(colour),
        _ => None,
    })
}

/// Normalises every colour in a format (or in anything that holds colours), without nulls.
pub fn normalise(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(normalise),
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(normalise);
            for (colour, style) in TWINS {
                pair(map, colour, style);
            }
        }
        _ => {}
    }
}

fn pair(map: &mut Map<String, Value>, colour: &str, style: &str) {
    if let Some(given) = map.get(style) {
        match given.get("rgbColor") {
            Some(rgb) => {
                let rgb = quantised(rgb);
                map.insert(style.to_owned(), json!({"rgbColor": rgb}));
                map.insert(colour.to_owned(), rgb);
            }
            None if given.get("themeColor").is_some() => {}
            None => {
                map.remove(style);
                map.remove(colour);
            }
        }
    } else if let Some(rgb) = map.get(colour).filter(|given| given.is_object()) {
        let rgb = quantised(rgb);
        map.insert(style.to_owned(), json!({"rgbColor": rgb}));
        map.insert(colour.to_owned(), rgb);
    }
}

/// A colour in steps of 1/255 as single-precision numbers; components that are zero are left out.
fn quantised(rgb: &Value) -> Value {
    let mut map = Map::new();
    for name in ["red", "green", "blue"] {
        let share = rgb[name].as_f64().unwrap_or(0.0).clamp(0.0, 1.0);
        let step = (share * 255.0 + 1e-4).floor();
        if step > 0.0 {
            map.insert(name.to_owned(), single(step / 255.0));
        }
    }
    if let Some(alpha) =
        rgb.get("alpha").filter(|alpha| alpha.as_f64().is_some_and(|alpha| alpha < 1.0))
    {
        map.insert("alpha".to_owned(), alpha.clone());
    }
    Value::Object(map)
}

/// A number as JSON shows a single-precision float: the fewest digits that tell it apart.
fn single(number: f64) -> Value {
    if number.fract() == 0.0 {
        return json!(number as i64);
    }
    json!((number as f32).to_string().parse::<f64>().unwrap_or(number))
}

/// The default format of a new spreadsheet.
pub fn default_format() -> Value {
    json!({
        "backgroundColor": {"red": 1, "green": 1, "blue": 1},
        "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
        "verticalAlignment": "BOTTOM",
        "wrapStrategy": "OVERFLOW_CELL",
        "textFormat": {
            "foregroundColor": {}, "fontFamily": "arial,sans,sans-serif", "fontSize": 10, "bold": false,
            "italic": false, "strikethrough": false, "underline": false, "foregroundColorStyle": {"rgbColor": {}},
        },
        "backgroundColorStyle": {"rgbColor": {"red": 1, "green": 1, "blue": 1}},
    })
}

/// The theme of a new spreadsheet.
pub fn default_theme() -> Value {
    let colours = [
        ("TEXT", [0, 0, 0]),
        ("BACKGROUND", [255, 255, 255]),
        ("ACCENT1", [66, 133, 244]),
        ("ACCENT2", [234, 67, 53]),
        ("ACCENT3", [251, 188, 4]),
        ("ACCENT4", [52, 168, 83]),
        ("ACCENT5", [255, 109, 1]),
        ("ACCENT6", [70, 189, 198]),
        ("LINK", [17, 85, 204]),
    ];
    let theme: Vec<Value> = colours
        .iter()
        .map(|(kind, rgb)| {
            let [red, green, blue] = rgb.map(|step| f64::from(step) / 255.0);
            json!({"colorType": kind, "color": {"rgbColor": quantised(&json!({"red": red, "green": green, "blue": blue}))}})
        })
        .collect();
    json!({"primaryFontFamily": "Arial", "themeColors": theme})
}

/// `base` with everything of `over` laid over it.
pub fn overlaid(mut base: Value, over: &Value) -> Value {
    if let (Value::Object(base), Value::Object(over)) = (&mut base, over) {
        for (name, value) in over {
            let below = base.remove(name).unwrap_or_default();
            let whole = name.ends_with("Color")
                || name.ends_with("Style")
                || !value.is_object()
                || !below.is_object();
            base.insert(name.clone(), if whole { value.clone() } else { overlaid(below, value) });
        }
    }
    base
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_quantised_and_doubled() {
        let mut format = json!({"backgroundColor": {"red": 1, "green": 0, "blue": 0.5}, "textFormat": {"bold": true}});
        normalise(&mut format);
        let rgb = json!({"red": 1, "blue": 0.49803922});
        let wanted = json!({
            "backgroundColor": rgb, "backgroundColorStyle": {"rgbColor": rgb}, "textFormat": {"bold": true},
        });
        assert_eq!(format, wanted);
        normalise(&mut format);
        assert_eq!(format, wanted);
    }
}
