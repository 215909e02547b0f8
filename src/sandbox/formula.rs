//! A small evaluator for formulas: arithmetic, comparison, text, references and the everyday
//! functions. What it does not know comes to `#NAME?`, as in a spreadsheet that lacks the function.

use std::cell::{Cell as Counter, RefCell};
use std::collections::BTreeMap;

use compact_str::CompactString;
use halaqah_table::Cell;

use super::book::{Area, Entry, Sheet, Spreadsheet, range};

/// What a cell comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Nothing.
    Blank,
    /// A number.
    Number(f64),
    /// TRUE or FALSE.
    Boolean(bool),
    /// Text.
    Text(CompactString),
    /// An error such as `#DIV/0!`.
    Error(&'static str),
}

impl Outcome {
    fn number(&self) -> Result<f64, &'static str> {
        match self {
            Self::Blank => Ok(0.0),
            Self::Number(number) => Ok(*number),
            Self::Boolean(boolean) => Ok(f64::from(u8::from(*boolean))),
            Self::Text(text) => text.trim().parse().map_err(|_| "#VALUE!"),
            Self::Error(word) => Err(word),
        }
    }

    fn truth(&self) -> Result<bool, &'static str> {
        match self {
            Self::Text(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Self::Text(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            other => Ok(other.number()? != 0.0),
        }
    }

    fn text(&self) -> Result<CompactString, &'static str> {
        match self {
            Self::Blank => Ok(CompactString::default()),
            Self::Text(text) => Ok(text.clone()),
            Self::Boolean(boolean) => Ok(if *boolean { "TRUE" } else { "FALSE" }.into()),
            Self::Number(number) => Ok(number.to_string().into()),
            Self::Error(word) => Err(word),
        }
    }
}

/// Formulas worked out for one cell before it is given up.
const MOST_STEPS: u32 = 20_000;
/// How deep brackets may be nested: what the stack of a thread bears.
const MOST_DEPTH: u32 = 40;

/// A cell with a formula: sheet, row, column.
type CellId = (i64, usize, usize);

/// What is known of the formulas that another one leans on.
#[derive(Default)]
struct Known {
    /// `None` while the formula is being worked out: who meets it again stands in a circle.
    outcomes: RefCell<BTreeMap<CellId, Option<Outcome>>>,
    /// Met, but not yet worked out.
    missing: RefCell<Vec<CellId>>,
}

impl Spreadsheet {
    /// The value of a cell: what was entered, or what its formula comes to.
    pub fn value(&self, sheet: &Sheet, row: usize, column: usize) -> Outcome {
        match sheet.entry(row, column) {
            Entry::Formula(source) => evaluate(self, sheet, source),
            Entry::Blank => Outcome::Blank,
            Entry::Number(number) => Outcome::Number(*number),
            Entry::Boolean(boolean) => Outcome::Boolean(*boolean),
            Entry::Text(text) => Outcome::Text(text.clone()),
        }
    }

    /// The values of a sheet as `UNFORMATTED_VALUE` and `SERIAL_NUMBER` give them: blank cells and
    /// rows at the end left out.
    pub fn rows(&self, sheet: &Sheet) -> Vec<Vec<Cell>> {
        let mut rows: Vec<Vec<Cell>> = (0..sheet.filled_rows())
            .map(|row| {
                let cells = sheet.row(row);
                let width = cells
                    .iter()
                    .rposition(|cell| !cell.entry.is_blank())
                    .map_or(0, |last| last + 1);
                (0..width).map(|column| cell_of(self.value(sheet, row, column))).collect()
            })
            .collect();
        while rows.last().is_some_and(Vec::is_empty) {
            rows.pop();
        }
        rows
    }
}

/// A value as a cell of a table; an error is its text.
fn cell_of(value: Outcome) -> Cell {
    match value {
        Outcome::Blank => Cell::Blank,
        Outcome::Number(number) => Cell::Number(number),
        Outcome::Boolean(boolean) => Cell::Boolean(boolean),
        Outcome::Text(text) => Cell::text(text),
        Outcome::Error(word) => Cell::text(word),
    }
}

/// The value of a formula that stands on `sheet`. The formulas that it leans on are worked out
/// first, one after another, so that a long chain of them needs no deep stack.
pub fn evaluate(book: &Spreadsheet, sheet: &Sheet, source: &str) -> Outcome {
    let known = Known::default();
    let run = |sheet: &Sheet, source: &str| {
        Evaluation { book, sheet, depth: &Counter::new(0), known: &known }.run(source)
    };
    let mut waiting: Vec<CellId> = Vec::new();
    for _ in 0..MOST_STEPS {
        let Some(&id) = waiting.last() else {
            let outcome = run(sheet, source);
            waiting.append(&mut known.missing.borrow_mut());
            if waiting.is_empty() {
                return outcome;
            }
            continue;
        };
        let done = matches!(known.outcomes.borrow().get(&id), Some(Some(_)));
        let formula = book.sheet(id.0).map(|on| (on, on.entry(id.1, id.2)));
        let Some((on, Entry::Formula(source))) = formula.filter(|_| !done) else {
            waiting.pop();
            continue;
        };
        known.outcomes.borrow_mut().insert(id, None);
        let outcome = run(on, source);
        if known.missing.borrow().is_empty() {
            known.outcomes.borrow_mut().insert(id, Some(outcome));
            waiting.pop();
        } else {
            waiting.append(&mut known.missing.borrow_mut());
        }
    }
    Outcome::Error("#REF!")
}

struct Evaluation<'a, 'c> {
    book: &'a Spreadsheet,
    sheet: &'a Sheet,
    depth: &'c Counter<u32>,
    known: &'c Known,
}

/// An operand: a value, or the cells of a range.
enum Operand<'a> {
    Value(Outcome),
    Range(&'a Sheet, Area),
}

type Try<T> = Result<T, &'static str>;

impl<'a> Evaluation<'a, '_> {
    fn run(&self, source: &str) -> Outcome {
        let mut parser = Parser { eval: self, text: source.trim_start_matches('=') };
        let value = parser.comparison().and_then(|operand| self.single(operand));
        match value {
            Ok(_) if !parser.text.trim().is_empty() => Outcome::Error("#ERROR!"),
            // A reference to a blank cell shows as blank.
            Ok(value) => value,
            Err(word) => Outcome::Error(word),
        }
    }

    fn cell(&self, sheet: &Sheet, row: usize, column: usize) -> Outcome {
        match sheet.entry(row, column) {
            Entry::Blank => Outcome::Blank,
            Entry::Number(number) => Outcome::Number(*number),
            Entry::Boolean(boolean) => Outcome::Boolean(*boolean),
            Entry::Text(text) => Outcome::Text(text.clone()),
            Entry::Formula(_) => {
                let id = (sheet.id, row, column);
                match self.known.outcomes.borrow().get(&id) {
                    Some(Some(outcome)) => outcome.clone(),
                    Some(None) => Outcome::Error("#REF!"),
                    None => {
                        self.known.missing.borrow_mut().push(id);
                        Outcome::Blank
                    }
                }
            }
        }
    }

    fn single(&self, operand: Operand<'_>) -> Try<Outcome> {
        match operand {
            Operand::Value(Outcome::Error(word)) => Err(word),
            Operand::Value(value) => Ok(value),
            Operand::Range(sheet, area) if area.height() >= 1 && area.width() >= 1 => {
                match self.cell(sheet, area.top, area.left) {
                    Outcome::Error(word) => Err(word),
                    value => Ok(value),
                }
            }
            Operand::Range(..) => Err("#REF!"),
        }
    }

    /// Every value that is not blank, in all operands.
    fn all(&self, operands: &[Operand<'a>]) -> Vec<(bool, Outcome)> {
        let mut values = Vec::new();
        for operand in operands {
            match operand {
                Operand::Value(value) => values.push((true, value.clone())),
                Operand::Range(sheet, area) => {
                    for row in area.top..area.bottom.min(sheet.rows().len()) {
                        let right = area.right.min(sheet.row(row).len());
                        for column in area.left..right {
                            let value = self.cell(sheet, row, column);
                            if value != Outcome::Blank {
                                values.push((false, value));
                            }
                        }
                    }
                }
            }
        }
        values
    }

    /// The numbers in all operands; text in a range does not count, an error does.
    fn numbers(&self, operands: &[Operand<'a>]) -> Try<Vec<f64>> {
        let mut numbers = Vec::new();
        for (given, value) in self.all(operands) {
            match value {
                Outcome::Number(number) => numbers.push(number),
                Outcome::Error(word) => return Err(word),
                other if given => numbers.push(other.number()?),
                _ => {}
            }
        }
        Ok(numbers)
    }

    fn call(&self, name: &str, operands: Vec<Operand<'a>>) -> Try<Outcome> {
        let count = operands.len();
        match name {
            "SUM" => return Ok(Outcome::Number(self.numbers(&operands)?.iter().sum())),
            "COUNT" => {
                let counted = self
                    .all(&operands)
                    .into_iter()
                    .filter(|(_, v)| matches!(v, Outcome::Number(_)))
                    .count();
                return Ok(Outcome::Number(counted as f64));
            }
            "COUNTA" => return Ok(Outcome::Number(self.all(&operands).len() as f64)),
            "AVERAGE" => {
                let numbers = self.numbers(&operands)?;
                if numbers.is_empty() {
                    return Err("#DIV/0!");
                }
                return Ok(Outcome::Number(numbers.iter().sum::<f64>() / numbers.len() as f64));
            }
            "MIN" => {
                return Ok(Outcome::Number(
                    self.numbers(&operands)?.into_iter().reduce(f64::min).unwrap_or(0.0),
                ));
            }
            "MAX" => {
                return Ok(Outcome::Number(
                    self.numbers(&operands)?.into_iter().reduce(f64::max).unwrap_or(0.0),
                ));
            }
            "CONCATENATE" | "JOIN" => {
                let mut joined = CompactString::default();
                for (_, value) in self.all(&operands) {
                    joined.push_str(&value.text()?);
                }
                return Ok(Outcome::Text(joined));
            }
            "AND" | "OR" => {
                let mut truths = Vec::new();
                for (_, value) in self.all(&operands) {
                    truths.push(value.truth()?);
                }
                return Ok(Outcome::Boolean(if name == "AND" {
                    truths.iter().all(|t| *t)
                } else {
                    truths.contains(&true)
                }));
            }
            "IFERROR" => {
                let mut operands = operands.into_iter();
                let first = operands.next().ok_or("#N/A")?;
                return match (self.single(first), operands.next()) {
                    (Ok(value), _) => Ok(value),
                    (Err(_), Some(other)) => self.single(other),
                    (Err(_), None) => Ok(Outcome::Blank),
                };
            }
            _ => {}
        }
        let values: Vec<Try<Outcome>> =
            operands.into_iter().map(|operand| self.single(operand)).collect();
        let at = |index: usize| values.get(index).cloned().unwrap_or(Err("#N/A"));
        match (name, count) {
            ("TRUE", 0) => Ok(Outcome::Boolean(true)),
            ("FALSE", 0) => Ok(Outcome::Boolean(false)),
            ("IF", 2..=3) if at(0)?.truth()? => at(1),
            ("IF", 3) => at(2),
            ("IF", 2) => Ok(Outcome::Boolean(false)),
            ("NOT", 1) => Ok(Outcome::Boolean(!at(0)?.truth()?)),
            ("ABS", 1) => Ok(Outcome::Number(at(0)?.number()?.abs())),
            ("INT", 1) => Ok(Outcome::Number(at(0)?.number()?.floor())),
            ("ROUND", 1..=2) => {
                let places =
                    if count == 2 { at(1)?.number()?.clamp(-15.0, 15.0) as i32 } else { 0 };
                let scale = 10_f64.powi(places);
                Ok(Outcome::Number((at(0)?.number()? * scale).round() / scale))
            }
            ("LEN", 1) => Ok(Outcome::Number(at(0)?.text()?.chars().count() as f64)),
            ("UPPER", 1) => Ok(Outcome::Text(at(0)?.text()?.to_uppercase())),
            ("LOWER", 1) => Ok(Outcome::Text(at(0)?.text()?.to_lowercase())),
            ("TRIM", 1) => {
                let text = at(0)?.text()?;
                Ok(Outcome::Text(text.split_whitespace().collect::<Vec<_>>().join(" ").into()))
            }
            ("HYPERLINK", 1..=2) => at(count - 1),
            _ => Err("#NAME?"),
        }
    }
}

struct Parser<'e, 't, 'a, 'c> {
    eval: &'e Evaluation<'a, 'c>,
    text: &'t str,
}

impl<'a> Parser<'_, '_, 'a, '_> {
    fn eat(&mut self, token: &str) -> bool {
        let trimmed = self.text.trim_start();
        match trimmed.strip_prefix(token) {
            Some(rest) => {
                self.text = rest;
                true
            }
            None => false,
        }
    }

    fn eat_any(&mut self, tokens: &[&'static str]) -> Option<&'static str> {
        tokens.iter().find(|token| self.eat(token)).copied()
    }

    /// One level deeper, or an error when that is too deep: a circle or a heap of brackets.
    fn deeper(&mut self, parse: impl FnOnce(&mut Self) -> Try<Operand<'a>>) -> Try<Operand<'a>> {
        let depth = self.eval.depth.get();
        if depth >= MOST_DEPTH {
            return Err("#REF!");
        }
        self.eval.depth.set(depth + 1);
        let result = parse(self);
        self.eval.depth.set(depth);
        result
    }

    fn comparison(&mut self) -> Try<Operand<'a>> {
        self.deeper(Self::compared)
    }

    fn compared(&mut self) -> Try<Operand<'a>> {
        let mut left = self.joined()?;
        while let Some(sign) = self.eat_any(&["<>", "<=", ">=", "=", "<", ">"]) {
            let right = self.joined()?;
            let order = compare(&self.eval.single(left)?, &self.eval.single(right)?);
            let truth = match sign {
                "=" => order.is_eq(),
                "<>" => order.is_ne(),
                "<" => order.is_lt(),
                ">" => order.is_gt(),
                "<=" => order.is_le(),
                _ => order.is_ge(),
            };
            left = Operand::Value(Outcome::Boolean(truth));
        }
        Ok(left)
    }

    fn joined(&mut self) -> Try<Operand<'a>> {
        let mut left = self.sum()?;
        while self.eat("&") {
            let right = self.sum()?;
            let mut text = self.eval.single(left)?.text()?;
            text.push_str(&self.eval.single(right)?.text()?);
            left = Operand::Value(Outcome::Text(text));
        }
        Ok(left)
    }

    fn sum(&mut self) -> Try<Operand<'a>> {
        let mut left = self.product()?;
        while let Some(sign) = self.eat_any(&["+", "-"]) {
            let right = self.product()?;
            let (a, b) = (self.eval.single(left)?.number()?, self.eval.single(right)?.number()?);
            left = Operand::Value(Outcome::Number(if sign == "+" { a + b } else { a - b }));
        }
        Ok(left)
    }

    fn product(&mut self) -> Try<Operand<'a>> {
        let mut left = self.unary()?;
        while let Some(sign) = self.eat_any(&["*", "/"]) {
            let right = self.unary()?;
            let (a, b) = (self.eval.single(left)?.number()?, self.eval.single(right)?.number()?);
            if sign == "/" && b == 0.0 {
                return Err("#DIV/0!");
            }
            left = Operand::Value(Outcome::Number(if sign == "*" { a * b } else { a / b }));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Try<Operand<'a>> {
        if self.eat("-") {
            let operand = self.deeper(Self::unary)?;
            return Ok(Operand::Value(Outcome::Number(-self.eval.single(operand)?.number()?)));
        }
        if self.eat("+") { self.deeper(Self::unary) } else { self.power() }
    }

    fn power(&mut self) -> Try<Operand<'a>> {
        let mut base = self.atom()?;
        while self.eat("%") {
            base = Operand::Value(Outcome::Number(self.eval.single(base)?.number()? / 100.0));
        }
        if self.eat("^") {
            let exponent = self.deeper(Self::unary)?;
            let (a, b) = (self.eval.single(base)?.number()?, self.eval.single(exponent)?.number()?);
            return Ok(Operand::Value(Outcome::Number(a.powf(b))));
        }
        Ok(base)
    }

    fn atom(&mut self) -> Try<Operand<'a>> {
        if self.eat("(") {
            let inner = self.comparison()?;
            return if self.eat(")") { Ok(inner) } else { Err("#ERROR!") };
        }
        if self.eat("\"") {
            return self.quoted();
        }
        let text = self.text.trim_start();
        let digits = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        if digits > 0 && !text[digits..].starts_with(':') {
            self.text = &text[digits..];
            return Ok(Operand::Value(Outcome::Number(
                text[..digits].parse().map_err(|_| "#ERROR!")?,
            )));
        }
        self.reference_or_call()
    }

    fn quoted(&mut self) -> Try<Operand<'a>> {
        let mut text = CompactString::default();
        let mut letters = self.text.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            if letter != '"' {
                text.push(letter);
            } else if letters.peek().is_some_and(|&(_, next)| next == '"') {
                letters.next();
                text.push('"');
            } else {
                self.text = &self.text[at + 1..];
                return Ok(Operand::Value(Outcome::Text(text)));
            }
        }
        Err("#ERROR!")
    }

    fn reference_or_call(&mut self) -> Try<Operand<'a>> {
        let text = self.text.trim_start();
        let mut sheet = self.eval.sheet;
        let mut rest = text;
        if let Some((title, after)) = titled(text) {
            sheet = self.eval.book.sheet_titled(&title).ok_or("#REF!")?;
            rest = after;
        }
        let length = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"$:_.".contains(byte))
            .count();
        let (word, after) = rest.split_at(length);
        if word.is_empty() {
            return Err("#ERROR!");
        }
        self.text = after;
        if after.trim_start().starts_with('(') {
            self.eat("(");
            let operands = self.operands()?;
            return Ok(Operand::Value(self.eval.call(&word.to_ascii_uppercase(), operands)?));
        }
        if let Some((range, _)) = range::parse_cells(word) {
            return Ok(Operand::Range(sheet, sheet.resolve(range)));
        }
        if word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false") {
            return Ok(Operand::Value(Outcome::Boolean(word.eq_ignore_ascii_case("true"))));
        }
        let (id, range) = self.eval.book.named_range(word).ok_or("#NAME?")?;
        let sheet = self.eval.book.sheet(id).ok_or("#REF!")?;
        Ok(Operand::Range(sheet, sheet.resolve(range)))
    }

    fn operands(&mut self) -> Try<Vec<Operand<'a>>> {
        let mut operands = Vec::new();
        if self.eat(")") {
            return Ok(operands);
        }
        loop {
            // An error inside is a value: IFERROR and friends look at it.
            let before = self.text;
            match self.comparison() {
                Ok(operand) => operands.push(operand),
                Err(word) => {
                    self.text = skip_argument(before);
                    operands.push(Operand::Value(Outcome::Error(word)));
                }
            }
            if self.eat(")") {
                return Ok(operands);
            }
            if self.eat_any(&[",", ";"]).is_none() {
                return Err("#ERROR!");
            }
        }
    }
}

/// The text from the `,`, `;` or `)` that ends the argument at the start of `text`.
fn skip_argument(text: &str) -> &str {
    let (mut open, mut quoted) = (0_u32, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '(' if !quoted => open += 1,
            ')' | ',' | ';' if !quoted && open == 0 => return &text[at..],
            ')' if !quoted => open -= 1,
            _ => {}
        }
    }
    ""
}

/// The title before `!` at the start of a reference, and what follows.
fn titled(text: &str) -> Option<(String, &str)> {
    if text.starts_with('\'') {
        let mut end = 1;
        loop {
            end += text[end..].find('\'')? + 1;
            if text[end..].starts_with('\'') {
                end += 1;
            } else {
                break;
            }
        }
        let rest = text[end..].strip_prefix('!')?;
        return Some((text[1..end - 1].replace("''", "'"), rest));
    }
    let length = text
        .chars()
        .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
        .map(char::len_utf8)
        .sum();
    let (word, rest) = text.split_at(length);
    Some((word.to_owned(), rest.strip_prefix('!')?)).filter(|(word, _)| !word.is_empty())
}

/// Numbers before text before booleans; text without regard to letter case.
pub fn compare(one: &Outcome, other: &Outcome) -> std::cmp::Ordering {
    let rank = |value: &Outcome| match value {
        Outcome::Number(_) => 0,
        Outcome::Text(_) => 1,
        Outcome::Boolean(_) => 2,
        Outcome::Error(_) => 3,
        Outcome::Blank => 4,
    };
    match (one, other) {
        (Outcome::Number(a), Outcome::Number(b)) => a.total_cmp(b),
        (Outcome::Text(a), Outcome::Text(b)) => a.to_lowercase().cmp(&b.to_lowercase()),
        (Outcome::Boolean(a), Outcome::Boolean(b)) => a.cmp(b),
        (Outcome::Blank, Outcome::Number(b)) => 0.0_f64.total_cmp(b),
        (Outcome::Number(a), Outcome::Blank) => a.total_cmp(&0.0),
        (Outcome::Blank, Outcome::Text(b)) => "".cmp(b),
        (Outcome::Text(a), Outcome::Blank) => a.as_str().cmp(""),
        _ => rank(one).cmp(&rank(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::book::Book;
    use super::*;

    fn come_to(formula: &str) -> Outcome {
        let mut book = Book::new();
        let id = book.create("Buku");
        for (row, typed) in ["1", "2", "teks", "=A1+A2", "=A5"].iter().enumerate() {
            book.set_cell(&id, 0, row, 0, typed).unwrap();
        }
        let book = book.spreadsheet(&id).unwrap();
        evaluate(book, book.sheet(0).unwrap(), formula)
    }

    #[test]
    fn formulas_come_to_what_a_spreadsheet_says() {
        assert_eq!(come_to("= 1 / 1024"), Outcome::Number(1.0 / 1024.0));
        assert_eq!(come_to("=2+3*4^2-10%"), Outcome::Number(49.9));
        assert_eq!(come_to("=SUM(A1:A4)"), Outcome::Number(6.0));
        assert_eq!(come_to("=Sheet1!A1+'Sheet1'!$A$2"), Outcome::Number(3.0));
        assert_eq!(come_to("=COUNTA(A1:A4)&\" baris\""), Outcome::Text("4 baris".into()));
        assert_eq!(come_to("=IF(A1<A2,\"kurang\",\"lebih\")"), Outcome::Text("kurang".into()));
        assert_eq!(come_to("=IFERROR(1/0,\"-\")"), Outcome::Text("-".into()));
    }

    #[test]
    fn a_long_chain_of_formulas_is_followed() {
        let mut book = Book::new();
        let id = book.create("Kas");
        book.set_cell(&id, 0, 0, 0, "1").unwrap();
        for row in 1..900 {
            book.set_cell(&id, 0, row, 0, &format!("=A{row}+1")).unwrap();
        }
        let book = book.spreadsheet(&id).unwrap();
        assert_eq!(book.value(book.sheet(0).unwrap(), 899, 0), Outcome::Number(900.0));
        assert_eq!(
            evaluate(book, book.sheet(0).unwrap(), "=SUM(A1:A900)"),
            Outcome::Number(405_450.0)
        );
    }

    #[test]
    fn what_cannot_be_worked_out_is_an_error_value() {
        assert_eq!(come_to("=1/0"), Outcome::Error("#DIV/0!"));
        assert_eq!(come_to("=A3*2"), Outcome::Error("#VALUE!"));
        assert_eq!(come_to("=A5"), Outcome::Error("#REF!"));
        assert_eq!(come_to("=IMPORTXML(\"x\")"), Outcome::Error("#NAME?"));
        assert_eq!(come_to("=(1"), Outcome::Error("#ERROR!"));
        assert_eq!(come_to(&format!("={}1", "(".repeat(5000))), Outcome::Error("#REF!"));
    }
}
