//! Reads which keys of forms, questions and choices a source names: the literals that are given to
//! the accessors of answers, records and labels, also by way of helpers (functions and closures
//! that pass a parameter on to an accessor), of lists that are iterated over, and of constants.

use std::collections::{BTreeMap, BTreeSet};

use super::tokens::{Kind, Token};

/// The last word of an expression that is somebody's answers.
const ANSWERS: [&str; 4] = ["answers", "before", "one", "other"];

/// The last word of an expression that is records by form.
const RECORDS: [&str; 2] = ["records", "later"];

/// The steps of a chain that leave the items of a list what they are.
const SAME_ITEMS: [&str; 8] =
    ["iter", "into_iter", "copied", "cloned", "filter", "each_ref", "skip", "take"];

/// One argument of an accessor or a helper.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Argument {
    /// It has none of this sort.
    None,
    /// One of these texts.
    Texts(Vec<String>),
    /// The parameter with this index.
    Parameter(usize),
    /// Not to be seen from the source.
    Unknown,
}

/// What an accessor or a helper looks up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lookup {
    /// The form.
    pub form: Argument,
    /// The question.
    pub question: Argument,
    /// The codes with which the answer is compared.
    pub codes: Argument,
}

/// A function or closure that looks up what it is given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Helper {
    name: String,
    parameters: usize,
    lookup: Lookup,
}

/// A lookup whose keys are literals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// The line of the call.
    pub line: usize,
    /// The form, if the call names it; several if any of them may be meant.
    pub forms: Vec<String>,
    /// The question.
    pub questions: Vec<String>,
    /// Codes with which the answer is compared.
    pub codes: Vec<String>,
    /// Whether forms and questions belong together one by one.
    pub in_pairs: bool,
}

/// What was read of a source.
#[derive(Debug, Default)]
pub struct Read {
    /// The lookups with literal keys.
    pub uses: Vec<Use>,
    /// The calls of accessors whose keys cannot be seen: line and call.
    pub unresolved: Vec<(usize, String)>,
    /// The functions that are helpers, and whether other files may call them.
    pub helpers: BTreeSet<(Helper, bool)>,
}

/// The items of lists of texts, or of tuples of texts, by the name of the constant.
pub type Constants = BTreeMap<String, Vec<Vec<Option<String>>>>;

/// The items of a list.
enum Items {
    Texts(Vec<Vec<Option<String>>>),
    /// The list is the parameter with this index.
    Parameter(usize),
}

/// What a name stands for.
#[derive(Debug, Clone)]
enum Bound {
    Texts(Vec<String>),
    Parameter(usize),
    Other,
}

/// The names of a function, a closure or a loop.
#[derive(Debug, Default)]
struct Frame {
    names: BTreeMap<String, Bound>,
    is_function: bool,
    lookups: BTreeSet<Lookup>,
}

/// The reader of one source.
pub struct Reader<'c> {
    constants: &'c Constants,
    functions: &'c BTreeSet<Helper>,
    closures: Vec<Helper>,
    frames: Vec<Frame>,
    /// The texts in the patterns of the `match` whose scrutinee is being read.
    patterns: Vec<String>,
    fills_in: bool,
    read: Read,
}

/// Reads a source; `functions` are the helpers that it may call, as far as they are known.
/// `fills_in`: it makes up answers by question and code.
pub fn read(
    tokens: &[Token],
    constants: &Constants,
    functions: &BTreeSet<Helper>,
    fills_in: bool,
) -> Read {
    let mut reader = Reader {
        constants,
        functions,
        patterns: Vec::new(),
        fills_in,
        closures: Vec::new(),
        frames: Vec::new(),
        read: Read::default(),
    };
    reader.walk(tokens, None);
    reader.read
}

/// The constants of a source that hold texts; what several of one name hold is joined.
pub fn constants(tokens: &[Token]) -> Constants {
    let mut found = Constants::new();
    for (at, token) in tokens.iter().enumerate() {
        if let Kind::Group('{', inside) = &token.kind {
            for (name, items) in constants(inside) {
                found.entry(name).or_default().extend(items);
            }
        }
        let (true, Some(name)) = (token.is_word("const"), tokens.get(at + 1).and_then(Token::word))
        else {
            continue;
        };
        let value = tokens[at..].iter().position(|token| token.is('=')).map(|equal| at + equal + 1);
        let Some(mut value) = value else { continue };
        while tokens.get(value).is_some_and(|token| token.is('&')) {
            value += 1;
        }
        match tokens.get(value).map(|token| &token.kind) {
            Some(Kind::Text(text)) => {
                found.entry(name.to_owned()).or_default().push(vec![Some(text.clone())]);
            }
            Some(Kind::Group('[', items)) => {
                found.entry(name.to_owned()).or_default().extend(list_items(items));
            }
            _ => {}
        }
    }
    found
}

/// Each item of a list: its text, or the texts of a tuple; none where something else stands.
fn list_items(tokens: &[Token]) -> Vec<Vec<Option<String>>> {
    let text = |part: &[Token]| match part {
        [Token { kind: Kind::Text(text), .. }] => Some(text.clone()),
        _ => None,
    };
    let item = |part: &[Token]| match part {
        [Token { kind: Kind::Group('(', inside), .. }] => {
            split(inside).into_iter().map(text).collect()
        }
        part => vec![text(part)],
    };
    split(tokens).into_iter().map(item).collect()
}

/// Splits at commas that stand in no bracket; of angle brackets only those of types are known.
fn split(tokens: &[Token]) -> Vec<&[Token]> {
    let parts = tokens.split(|token| token.is(','));
    parts.filter(|part| !part.is_empty()).collect()
}

/// The names that a parameter or a loop binds; several for a tuple.
fn pattern_names(pattern: &[Token]) -> Vec<String> {
    let before_type = pattern.split(|token| token.is(':')).next().unwrap_or_default();
    for token in before_type {
        match &token.kind {
            Kind::Group('(', inside) => {
                return split(inside)
                    .into_iter()
                    .map(|part| pattern_names(part).into_iter().next().unwrap_or_default())
                    .collect();
            }
            Kind::Word(word) if word != "mut" && word != "ref" => return vec![word.clone()],
            _ => {}
        }
    }
    Vec::new()
}

/// All texts in tokens, however deep.
fn texts_in(tokens: &[Token]) -> Vec<String> {
    let mut texts = Vec::new();
    for token in tokens {
        match &token.kind {
            Kind::Text(text) => texts.push(text.clone()),
            Kind::Group(_, inside) => texts.extend(texts_in(inside)),
            _ => {}
        }
    }
    texts
}

/// The texts with which a closure compares its parameter.
fn texts_compared_with_parameter(closure: &[Token]) -> Vec<String> {
    let Some((parameters, body)) = closure_head(closure, 0) else { return Vec::new() };
    let name = parameters.first().and_then(|names| names.first());
    let mut texts = Vec::new();
    for (at, token) in closure.iter().enumerate().skip(body + 3) {
        if let Kind::Text(text) = &token.kind
            && is_comparison(&closure[..at])
            && closure[at - 3].word() == name.map(String::as_str)
        {
            texts.push(text.clone());
        }
    }
    texts
}

fn is_comparison(before: &[Token]) -> bool {
    matches!(before, [.., first, last] if (first.is('=') || first.is('!')) && last.is('='))
}

/// Tokens as one text, for people.
pub fn shown(tokens: &[Token]) -> String {
    let mut text = String::new();
    for token in tokens {
        let part = match &token.kind {
            Kind::Word(word) => word.clone(),
            Kind::Mark(mark) => mark.to_string(),
            Kind::Text(inside) => format!("\"{inside}\""),
            Kind::Number => "0".to_owned(),
            Kind::Group(open, inside) => {
                let close = match open {
                    '(' => ")",
                    '{' => "}",
                    '[' => "]",
                    _ => "",
                };
                format!("{open}{}{close}", shown(inside))
            }
        };
        let is_letter = |c: char| c.is_alphanumeric() || c == '_';
        if text.ends_with(is_letter) && part.starts_with(is_letter) || text.ends_with(',') {
            text.push(' ');
        }
        text.push_str(&part);
    }
    text
}

/// Methods that are accessors on some receivers: a call of one with a literal on any other receiver
/// has to be declared.
const ACCESSORS: [&str; 8] =
    ["text", "integer", "number", "list", "date", "get", "form", "question"];

/// What the accessor of this name looks up, called on `receiver` (the last word before the dot).
fn accessor(name: &str, receiver: &str, arguments: &[&[Token]]) -> Option<Lookup> {
    use Argument::{None as Nothing, Parameter};
    let lookup = |form, question, codes| Some(Lookup { form, question, codes });
    let is_text = matches!(arguments.first(), Some([Token { kind: Kind::Text(_), .. }]));
    match (name, arguments.len()) {
        ("text" | "integer" | "number" | "list" | "date" | "get", 1) | ("insert", 2)
            if ANSWERS.contains(&receiver) =>
        {
            lookup(Nothing, Parameter(0), Nothing)
        }
        // Maps by form: a key that is no literal comes from another of them.
        ("get", 1) if is_text && ["tabs", "forms"].contains(&receiver) => {
            lookup(Parameter(0), Nothing, Nothing)
        }
        ("form", 1) | ("link_for_group", 2) if is_text && receiver == "labels" => {
            lookup(Parameter(0), Nothing, Nothing)
        }
        ("of", 1) if RECORDS.contains(&receiver) => lookup(Parameter(0), Nothing, Nothing),
        ("in_window" | "introduces", 1) => lookup(Parameter(0), Nothing, Nothing),
        ("question", 1) if receiver == "form" => lookup(Nothing, Parameter(0), Nothing),
        (
            "codes" | "question" | "question_in" | "names" | "is_public" | "is_confidential"
            | "is_private" | "is_text" | "is_of_instrument",
            2,
        ) => lookup(Parameter(0), Parameter(1), Nothing),
        ("choice", 3) => lookup(Parameter(0), Parameter(1), Parameter(2)),
        _ => None,
    }
}

/// What a method looks up that fills in the answers of a row.
fn filler(name: &str, receiver: &str, arguments: usize) -> Option<Lookup> {
    use Argument::{None as Nothing, Parameter};
    let codes = match (name, arguments) {
        _ if ["dates", "self", "iter"].contains(&receiver) => return None,
        ("text" | "number" | "day" | "names", 2) | ("all_ticks", 1) => Nothing,
        ("choice" | "ticks", 2) => Parameter(1),
        _ => return None,
    };
    Some(Lookup { form: Nothing, question: Parameter(0), codes })
}

impl Reader<'_> {
    /// Reads tokens of one bracket. `items` are those of the list whose chain the bracket is a step
    /// of: the first parameter of a closure in it is one of them.
    fn walk(&mut self, tokens: &[Token], items: Option<&Items>) {
        let closures = self.closures.len();
        self.frames.push(Frame::default());
        let mut at = 0;
        while at < tokens.len() {
            at = self.step(tokens, at, items);
        }
        self.frames.pop();
        self.closures.truncate(closures);
    }

    /// Reads what begins at a token; returns the index of the next one to read.
    fn step(&mut self, tokens: &[Token], at: usize, items: Option<&Items>) -> usize {
        let token = &tokens[at];
        if token.is_word("fn")
            && let Some(next) = self.function(tokens, at)
        {
            return next;
        }
        if token.is_word("let") {
            if let Some(next) = self.named_closure(tokens, at) {
                return next;
            }
            if let Some(next) = self.variable(tokens, at) {
                return next;
            }
        }
        if token.is_word("for")
            && let Some(next) = self.repetition(tokens, at)
        {
            return next;
        }
        if token.is('|')
            && begins_closure(&tokens[..at])
            && let Some((parameters, body)) = closure_head(tokens, at)
        {
            let end = body
                + tokens[body..]
                    .iter()
                    .position(|t| t.is(',') || t.is(';'))
                    .unwrap_or(tokens.len() - body);
            self.frames.push(Frame { names: bind_items(&parameters, items), ..Frame::default() });
            self.walk(&tokens[body..end], None);
            self.frames.pop();
            return end;
        }
        if token.is_word("match")
            && let [scrutinee, arms, ..] = &tokens[at + 1..]
            && let (Some(parts), Some(arms)) = (scrutinee.group('('), arms.group('{'))
        {
            for (place, part) in split(parts).into_iter().enumerate() {
                self.patterns = pattern_texts(arms, Some(place));
                self.walk(part, None);
                self.patterns.clear();
            }
            self.walk(arms, None);
            return at + 3;
        }
        if let Kind::Text(text) = &token.kind
            && is_comparison(&tokens[..at])
        {
            self.comparison(&tokens[..at - 2], vec![text.clone()], token.line);
        }
        if token.is_word("match")
            && let Some(length) = tokens[at..].iter().position(|token| token.group('{').is_some())
        {
            let arms = tokens[at + length].group('{').unwrap_or_default();
            let texts = pattern_texts(arms, None);
            self.comparison(&tokens[at + 1..at + length], texts, token.line);
        }
        if token.is_word("matches")
            && let [_, parts, ..] = &tokens[at + 1..]
            && let Some(parts) = parts.group('(')
            && let Some(comma) = parts.iter().position(|token| token.is(','))
        {
            self.comparison(&parts[..comma], texts_in(&parts[comma..]), token.line);
        }
        if let Kind::Group(_, inside) = &token.kind {
            let of_chain = self.items_before_step(tokens, at);
            self.walk(inside, of_chain.as_ref());
        }
        self.call(tokens, at);
        at + 1
    }

    /// A function: its parameters may be keys that it looks up.
    fn function(&mut self, tokens: &[Token], at: usize) -> Option<usize> {
        let name = tokens.get(at + 1)?.word()?;
        let open = at + tokens[at..].iter().position(|token| token.group('(').is_some())?;
        let mut parameters: Vec<Vec<String>> =
            split(tokens[open].group('(')?).into_iter().map(pattern_names).collect();
        parameters.retain(|names| names.first().is_none_or(|name| name != "self"));
        let ends = |token: &Token| token.group('{').is_some() || token.is(';');
        let body = open + tokens[open..].iter().position(ends)?;
        let is_public = match &tokens[..at] {
            [.., word] if word.is_word("pub") => true,
            [.., word, within] => word.is_word("pub") && within.group('(').is_some(),
            _ => false,
        };
        let outer = std::mem::take(&mut self.frames);
        self.frames.push(Frame {
            names: parameter_names(&parameters),
            is_function: true,
            ..Frame::default()
        });
        if let Some(inside) = tokens[body].group('{') {
            self.walk(inside, None);
        }
        let frame = self.frames.pop()?;
        self.frames = outer;
        let helper =
            |lookup| Helper { name: name.to_owned(), parameters: parameters.len(), lookup };
        let helpers = frame.lookups.into_iter().map(helper);
        self.read.helpers.extend(helpers.map(|helper| (helper, is_public)));
        Some(body + 1)
    }

    /// `let name = |…| …;`: a helper for what comes after it in the same bracket.
    fn named_closure(&mut self, tokens: &[Token], at: usize) -> Option<usize> {
        let at = if tokens.get(at + 1)?.is_word("mut") { at + 1 } else { at };
        let name = tokens.get(at + 1)?.word()?;
        let mut start = at + 2;
        if !tokens.get(start)?.is('=') {
            return None;
        }
        start += 1;
        if tokens.get(start)?.is_word("move") {
            start += 1;
        }
        let (parameters, body) = closure_head(tokens, start)?;
        let end = body + tokens[body..].iter().position(|token| token.is(';'))?;
        self.frames.push(Frame {
            names: parameter_names(&parameters),
            is_function: true,
            ..Frame::default()
        });
        let closures = self.closures.len();
        self.walk(&tokens[body..end], None);
        self.closures.truncate(closures);
        let frame = self.frames.pop()?;
        // A closure hides a function of the same name, also if it looks nothing up.
        let nothing =
            Lookup { form: Argument::None, question: Argument::None, codes: Argument::None };
        let lookups = if frame.lookups.is_empty() { [nothing].into() } else { frame.lookups };
        let helper =
            |lookup| Helper { name: name.to_owned(), parameters: parameters.len(), lookup };
        self.closures.retain(|helper| helper.name != name);
        self.closures.extend(lookups.into_iter().map(helper));
        Some(end)
    }

    /// `let name = …;` with a list of texts, or with one text or another.
    fn variable(&mut self, tokens: &[Token], at: usize) -> Option<usize> {
        let end = at + tokens[at..].iter().position(|token| token.is(';'))?;
        let [name, equal, value @ ..] = &tokens[at + 1..end] else { return None };
        let name = name.word().filter(|_| equal.is('='))?;
        self.walk(value, None);
        let alternatives = || {
            let blocks = value.iter().filter_map(|token| token.group('{'));
            let text = |block: &[Token]| match block {
                [Token { kind: Kind::Text(text), .. }] => Some(text.clone()),
                _ => None,
            };
            blocks.map(text).collect::<Option<Vec<_>>>()
        };
        let bound = match (self.items(value), value.first()) {
            (Some(Items::Texts(items)), _) => items
                .into_iter()
                .map(|item| item.into_iter().next().flatten())
                .collect::<Option<Vec<_>>>()
                .map_or(Bound::Other, Bound::Texts),
            (None, Some(first)) if first.is_word("if") => {
                alternatives().map_or(Bound::Other, Bound::Texts)
            }
            _ => Bound::Other,
        };
        if let Some(frame) = self.frames.last_mut() {
            frame.names.insert(name.to_owned(), bound);
        }
        Some(end)
    }

    /// `for … in … { … }` over a list of texts.
    fn repetition(&mut self, tokens: &[Token], at: usize) -> Option<usize> {
        let within = at + tokens[at..].iter().position(|token| token.is_word("in"))?;
        let body = within + tokens[within..].iter().position(|token| token.group('{').is_some())?;
        let names = pattern_names(&tokens[at + 1..within]);
        let items = self.items(&tokens[within + 1..body]);
        self.walk(&tokens[within + 1..body], None);
        self.frames.push(Frame { names: bind_items(&[names], items.as_ref()), ..Frame::default() });
        self.walk(tokens[body].group('{')?, None);
        self.frames.pop();
        Some(body + 1)
    }

    /// The items of a list or a constant, through steps that leave them what they are.
    fn items(&self, tokens: &[Token]) -> Option<Items> {
        let start = tokens.iter().position(|token| !token.is('&'))?;
        let (first, mut rest) = (&tokens[start], &tokens[start + 1..]);
        while let [dot, step, arguments, more @ ..] = rest {
            let same = dot.is('.') && SAME_ITEMS.contains(&step.word()?);
            arguments.group('(').filter(|_| same)?;
            rest = more;
        }
        if !rest.is_empty() {
            return None;
        }
        match &first.kind {
            Kind::Group('[', inside) => Some(Items::Texts(list_items(inside))),
            Kind::Word(name) => match self.bound(name) {
                Some((Bound::Texts(texts), _)) => {
                    Some(Items::Texts(texts.iter().map(|text| vec![Some(text.clone())]).collect()))
                }
                Some((Bound::Parameter(index), frame)) if self.is_innermost(frame) => {
                    Some(Items::Parameter(*index))
                }
                Some(_) => None,
                None => self.constants.get(name).cloned().map(Items::Texts),
            },
            _ => None,
        }
    }

    /// The items of the list whose chain the bracket at `at` is a step of.
    fn items_before_step(&self, tokens: &[Token], at: usize) -> Option<Items> {
        let mut dot = at.checked_sub(2)?;
        tokens[at].group('(')?;
        tokens[at - 1].word()?;
        if !tokens[dot].is('.') {
            return None;
        }
        let end = dot;
        loop {
            let before = dot.checked_sub(1)?;
            match &tokens[before].kind {
                Kind::Group('(', _) if before >= 2 && tokens[before - 2].is('.') => {
                    dot = before - 2;
                }
                _ => return self.items(&tokens[before..end]),
            }
        }
    }

    /// A call that ends with the bracket at `at`, if it is one of an accessor or a helper.
    fn call(&mut self, tokens: &[Token], at: usize) {
        let (Some(arguments), Some(name)) =
            (tokens[at].group('('), at.checked_sub(1).and_then(|before| tokens[before].word()))
        else {
            return;
        };
        let is_method = at >= 2 && tokens[at - 2].is('.');
        if at >= 2 && tokens[at - 2].is_word("fn") {
            return;
        }
        let receiver = if is_method { last_word(&tokens[..at - 2]) } else { "" };
        let arguments = split(arguments);
        let lookups = self.lookups(name, receiver, is_method, &arguments);
        if lookups.is_empty() {
            if let (true, true, Some([Token { kind: Kind::Text(_), .. }])) =
                (is_method, ACCESSORS.contains(&name), arguments.first())
            {
                let call = format!("{receiver}.{name}({})", shown(arguments[0]));
                self.read.unresolved.push((tokens[at].line, call));
            }
            return;
        }
        for lookup in lookups {
            let of = |argument: &Argument| match argument {
                Argument::Parameter(index) => self.argument(arguments[*index]),
                other => (other.clone(), None),
            };
            let ((form, from), (question, also_from)) = (of(&lookup.form), of(&lookup.question));
            let codes = match of(&lookup.codes).0 {
                Argument::None if question != Argument::None => self.compared(tokens, at),
                codes => codes,
            };
            let in_pairs = from.is_some() && from == also_from;
            let found = Lookup { form, question, codes };
            self.take(found, in_pairs, tokens[at].line, || {
                let arguments = arguments.iter().map(|part| shown(part)).collect::<Vec<_>>();
                format!("{receiver}.{name}({})", arguments.join(", "))
            });
        }
    }

    fn lookups(
        &self,
        name: &str,
        receiver: &str,
        is_method: bool,
        arguments: &[&[Token]],
    ) -> Vec<Lookup> {
        let found = match self.fills_in {
            true => filler(name, receiver, arguments.len()),
            false => accessor(name, receiver, arguments),
        };
        if is_method && (found.is_some() || ACCESSORS.contains(&name)) {
            return found.into_iter().collect();
        }
        let fits = |helper: &&Helper| helper.name == name && helper.parameters == arguments.len();
        let local: Vec<Lookup> = if is_method {
            Vec::new()
        } else {
            self.closures.iter().filter(fits).map(|helper| helper.lookup.clone()).collect()
        };
        if !local.is_empty() {
            return local;
        }
        self.functions.iter().filter(fits).map(|helper| helper.lookup.clone()).collect()
    }

    /// What an argument is; and the frame that binds it to the items of a list.
    fn argument(&self, tokens: &[Token]) -> (Argument, Option<usize>) {
        let start = tokens.iter().position(|token| !token.is('&') && !token.is('*')).unwrap_or(0);
        let mut tokens = &tokens[start..];
        if let [rest @ .., dot, step, arguments] = tokens
            && dot.is('.')
            && step.is_word("as_str")
            && arguments.group('(').is_some()
        {
            tokens = rest;
        }
        let texts = |items: &Vec<Vec<Option<String>>>| {
            Argument::Texts(items.iter().filter_map(|item| item.first().cloned()?).collect())
        };
        match tokens {
            [Token { kind: Kind::Text(text), .. }] => (Argument::Texts(vec![text.clone()]), None),
            [Token { kind: Kind::Group('[', inside), .. }] => (texts(&list_items(inside)), None),
            [.., Token { kind: Kind::Word(name), .. }]
                if name.chars().all(|c| c.is_ascii_uppercase() || c == '_') =>
            {
                (self.constants.get(name).map_or(Argument::Unknown, texts), None)
            }
            [Token { kind: Kind::Word(name), .. }] => {
                match self.bound(name) {
                    Some((Bound::Texts(texts), frame)) => {
                        (Argument::Texts(texts.clone()), Some(frame))
                    }
                    // Only a parameter of the innermost function can be passed on.
                    Some((Bound::Parameter(index), frame)) if self.is_innermost(frame) => {
                        (Argument::Parameter(*index), None)
                    }
                    _ => (Argument::Unknown, None),
                }
            }
            _ => (Argument::Unknown, None),
        }
    }

    /// What a name stands for, and the frame that says so.
    fn bound(&self, name: &str) -> Option<(&Bound, usize)> {
        let frames = self.frames.iter().enumerate().rev();
        frames.filter_map(|(index, frame)| Some((frame.names.get(name)?, index))).next()
    }

    fn is_innermost(&self, index: usize) -> bool {
        self.frames[index + 1..].iter().all(|frame| !frame.is_function)
    }

    /// The codes with which the answer that the call at `at` gives is compared: after `==` in what
    /// follows it, or in the patterns of the `matches!` or `match` that it stands in.
    fn compared(&self, tokens: &[Token], at: usize) -> Argument {
        let mut next = at + 1;
        let mut codes = Vec::new();
        loop {
            match &tokens[next.min(tokens.len())..] {
                [mark, ..] if mark.is('?') => next += 1,
                [dot, step, arguments, ..]
                    if dot.is('.') && step.word().is_some() && arguments.group('(').is_some() =>
                {
                    let closure = arguments.group('(').unwrap_or_default();
                    codes.extend(texts_compared_with_parameter(closure));
                    next += 3;
                }
                [first, second, rest @ ..] if is_comparison(&[first.clone(), second.clone()]) => {
                    let value = match rest {
                        [some, value, ..] if some.is_word("Some") => value.group('('),
                        [value, ..] => Some(std::slice::from_ref(value)),
                        [] => None,
                    };
                    match self.argument(value.unwrap_or_default()).0 {
                        Argument::Texts(texts) => codes.extend(texts),
                        parameter @ Argument::Parameter(_) => return parameter,
                        _ => {}
                    }
                    break;
                }
                // The patterns of `matches!(…, …)`, which ends with its bracket.
                [comma, some, ..] if comma.is(',') && some.is_word("Some") => {
                    codes.extend(texts_in(&tokens[next..]));
                    break;
                }
                [body, ..]
                    if body.group('{').is_some()
                        && tokens[..at].iter().any(|token| token.is_word("match")) =>
                {
                    codes.extend(pattern_texts(body.group('{').unwrap_or_default(), None));
                    break;
                }
                [] => {
                    codes.extend(self.patterns.iter().cloned());
                    break;
                }
                _ => break,
            }
        }
        codes.retain(|code| !code.is_empty());
        if codes.is_empty() { Argument::None } else { Argument::Texts(codes) }
    }

    /// A form or a question that is compared with texts: `record.form == "…"`,
    /// `question.key.as_str()` in a `match`.
    fn comparison(&mut self, subject: &[Token], texts: Vec<String>, line: usize) {
        let subject = match subject {
            [rest @ .., dot, step, arguments]
                if dot.is('.') && step.is_word("as_str") && arguments.group('(').is_some() =>
            {
                rest
            }
            subject => subject,
        };
        let (word, of) = match subject {
            [.., of, dot, word] if dot.is('.') => (word.word(), of.word()),
            [.., word] => (word.word(), None),
            [] => (None, None),
        };
        let (forms, questions) = match (word, of) {
            (Some("form"), _) | (Some("key"), Some("form")) => (texts, Vec::new()),
            (Some("question"), _) | (Some("key"), Some("question")) => (Vec::new(), texts),
            _ => return,
        };
        for text in forms.iter().chain(&questions) {
            let only =
                |texts: &[String]| texts.iter().filter(|one| *one == text).cloned().collect();
            self.read.uses.push(Use {
                line,
                forms: only(&forms),
                questions: only(&questions),
                codes: Vec::new(),
                in_pairs: false,
            });
        }
    }

    /// Takes in a lookup: as a use, as what makes the innermost function a helper, or as a call
    /// whose keys cannot be seen.
    fn take(&mut self, lookup: Lookup, in_pairs: bool, line: usize, call: impl FnOnce() -> String) {
        let texts = |argument: &Argument| match argument {
            Argument::Texts(texts) => texts.clone(),
            _ => Vec::new(),
        };
        let parts = [&lookup.form, &lookup.question, &lookup.codes];
        if parts[..2].iter().all(|part| matches!(part, Argument::None)) {
            return;
        }
        let key = if lookup.question == Argument::None { &lookup.form } else { &lookup.question };
        if *key == Argument::Unknown {
            self.read.unresolved.push((line, call()));
            return;
        }
        if parts.iter().any(|part| matches!(part, Argument::Parameter(_)))
            && let Some(frame) = self.frames.iter_mut().rev().find(|frame| frame.is_function)
        {
            frame.lookups.insert(lookup);
            return;
        }
        self.read.uses.push(Use {
            line,
            forms: texts(&lookup.form),
            questions: texts(&lookup.question),
            codes: texts(&lookup.codes),
            in_pairs,
        });
    }
}

/// The texts in the patterns of the arms of a `match`; of one place of its tuples, if it matches
/// tuples.
fn pattern_texts(arms: &[Token], place: Option<usize>) -> Vec<String> {
    let mut texts = Vec::new();
    let mut start = 0;
    for at in 1..arms.len() {
        if arms[at - 1].is('=') && arms[at].is('>') {
            for pattern in arms[start..at - 1].split(|token| token.is('|')) {
                match (place, pattern.first().and_then(|token| token.group('('))) {
                    (Some(place), Some(parts)) => {
                        texts.extend(split(parts).get(place).into_iter().flat_map(|p| texts_in(p)));
                    }
                    (Some(_), None) => {}
                    (None, _) => texts.extend(texts_in(pattern)),
                }
            }
        }
        if arms[at].is(',') || arms[at].group('{').is_some() {
            start = at + 1;
        }
    }
    texts
}

/// The last word of the expression before a dot: of `record.answers` and `latest().answers` it is
/// `answers`, of `self.records()` `records`.
fn last_word(before: &[Token]) -> &str {
    match before {
        [.., word, arguments] if arguments.group('(').is_some() => word.word().unwrap_or_default(),
        [.., word] => word.word().unwrap_or_default(),
        [] => "",
    }
}

/// Whether a `|` after these tokens begins a closure: it is no operator between two values.
fn begins_closure(before: &[Token]) -> bool {
    before.last().is_none_or(|token| match &token.kind {
        Kind::Mark(mark) => ",=>&;".contains(*mark),
        Kind::Word(word) => ["move", "return", "else"].contains(&word.as_str()),
        _ => false,
    })
}

/// The parameters of a closure that begins at `at`, and the index of its body.
fn closure_head(tokens: &[Token], at: usize) -> Option<(Vec<Vec<String>>, usize)> {
    if !tokens.get(at)?.is('|') {
        return None;
    }
    let end = at + 1 + tokens[at + 1..].iter().position(|token| token.is('|'))?;
    let parameters = split(&tokens[at + 1..end]).into_iter().map(pattern_names).collect();
    Some((parameters, end + 1))
}

fn parameter_names(parameters: &[Vec<String>]) -> BTreeMap<String, Bound> {
    let named = parameters.iter().enumerate().flat_map(|(index, names)| match names.as_slice() {
        [name] => vec![(name.clone(), Bound::Parameter(index))],
        names => names.iter().map(|name| (name.clone(), Bound::Other)).collect(),
    });
    named.collect()
}

fn bind_items(parameters: &[Vec<String>], items: Option<&Items>) -> BTreeMap<String, Bound> {
    let mut names = BTreeMap::new();
    for (index, parameter) in parameters.iter().enumerate() {
        for (part, name) in parameter.iter().enumerate() {
            let texts = |items: &Vec<Vec<Option<String>>>| {
                let texts = items.iter().map(|item| item.get(part).cloned().flatten());
                texts.collect::<Option<Vec<_>>>()
            };
            let bound = match items.filter(|_| index == 0) {
                Some(Items::Texts(items)) => texts(items).map_or(Bound::Other, Bound::Texts),
                Some(Items::Parameter(of)) if parameter.len() == 1 => Bound::Parameter(*of),
                _ => Bound::Other,
            };
            names.insert(name.clone(), bound);
        }
    }
    names
}
