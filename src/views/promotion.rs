//! *Promosi*: how far those came whom each channel reached, and what one who stayed has cost.

use super::{Scene, Sheet, figure_or_blank, money, percent, plain, text};
use crate::table::tab::{Chart, Format, Style, Wanted, WantedCell};

/// The tab.
pub fn view(scene: &Scene<'_>) -> Wanted {
    let (words, figures) = (scene.words, scene.figures);
    let channels = channels(scene);
    let figure = |channel: &str, name: &str| {
        figures.integer(&format!("promotion.{channel}.{name}")).unwrap_or(0)
    };
    let sum =
        |name: &str| words.integer(channels.iter().map(|channel| figure(channel, name)).sum());
    let cost = channels.iter().map(|channel| figure(channel, "cost")).sum();
    let best = channels.first().filter(|channel| figure(channel, "active") > 0);
    let best = best.map_or_else(|| words.say("none"), |channel| label(scene, channel).to_owned());
    let parts = [
        ("reach", sum("reach")),
        ("registered", sum("registered")),
        ("active", sum("active")),
        ("cost", words.rupiah(cost)),
        ("best", best),
    ];
    let lead = words
        .say_with("promotion-lead", &parts.each_ref().map(|(name, part)| (*name, part.as_str())));
    let widths = [260, 90, 100, 120, 100, 90, 100, 100, 150, 140, 300];
    let mut sheet = Sheet::new("promotion", &widths, words.say("promotion-title"), lead);
    let columns = [
        "channel",
        "activities",
        "reach",
        "cost",
        "registered",
        "active",
        "conversion",
        "rate",
        "interval",
        "price",
        "lesson",
    ];
    let columns = columns.map(|name| format!("promotion-col-{name}"));
    let chart_from = sheet.rows.len();
    sheet.header(words, &columns.each_ref().map(String::as_str));
    for channel in &channels {
        sheet.push(Style::Body, cells(scene, channel));
    }
    let chart_to = sheet.rows.len();
    sheet.push(Style::Section, [plain(words.say("promotion-chart-section"))]);
    sheet.chart(Chart {
        title: words.say("promotion-chart"),
        first_row: chart_from,
        end_row: chart_to,
        labels_column: 0,
        series_columns: vec![4, 5],
        anchor: (chart_to + 1, 0),
    });
    sheet.finish(words.say("tab-promotion"))
}

fn label<'s>(scene: &Scene<'s>, channel: &'s str) -> &'s str {
    scene.labels.choice("promotion_activity", "channel", channel)
}

/// Every channel, those with the most active mentees first, those that nobody used last.
fn channels<'s>(scene: &Scene<'s>) -> Vec<&'s str> {
    let figure = |channel: &str, name: &str| {
        scene.figures.integer(&format!("promotion.{channel}.{name}")).unwrap_or(0)
    };
    let mut channels: Vec<&str> = scene
        .standing
        .program
        .codes("promotion_activity", "channel")
        .iter()
        .map(String::as_str)
        .collect();
    let order =
        |channel: &&str| ["active", "registered", "reach"].map(|name| -figure(channel, name));
    channels.sort_by_key(order);
    channels
}

fn cells(scene: &Scene<'_>, channel: &str) -> Vec<WantedCell> {
    let (words, figures) = (scene.words, scene.figures);
    let path = |name: &str| format!("promotion.{channel}.{name}");
    let integer = |name: &str| figure_or_blank(figures, &path(name), Format::Integer);
    let enough =
        figures.value(&path("enough_data")).and_then(serde_json::Value::as_bool).unwrap_or(false);
    let interval =
        match (figures.number(&path("active_rate_low")), figures.number(&path("active_rate_high")))
        {
            (Some(low), Some(high)) if enough => words.say_with(
                "promotion-interval",
                &[("low", &words.percent(low)), ("high", &words.percent(high))],
            ),
            _ => words.say("promotion-too-few"),
        };
    vec![
        text(label(scene, channel)),
        integer("activities"),
        integer("reach"),
        money(figures.integer(&path("cost"))),
        integer("registered"),
        integer("active"),
        percent(figures.number(&path("conversion"))),
        percent(figures.number(&path("active_rate"))),
        text(interval),
        money(figures.integer(&path("cost_per_active"))),
        text(lesson(scene, channel)),
    ]
}

/// What was learnt the last time.
fn lesson<'s>(scene: &Scene<'s>, channel: &str) -> &'s str {
    let records = scene.standing.records.of("promotion_activity").iter().rev();
    let mut of_channel = records.filter(|record| record.answers.text("channel") == Some(channel));
    of_channel.find_map(|record| record.answers.text("lesson")).unwrap_or_default()
}
