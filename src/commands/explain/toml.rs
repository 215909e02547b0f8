//! Mistakes in TOML files: every one with its line, its word underlined, what is wrong with it and
//! what to do. The parser's own messages are English; they are told apart by how they begin.

use std::ops::Range;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::cli::Failure;
use crate::words::{Sentences, Words};

/// Returns each mistake in a file as people read it: a span of bytes, and what is wrong there.
pub(super) fn shown(
    file: &str,
    text: &str,
    mistakes: impl IntoIterator<Item = (Range<usize>, Sentences)>,
    words: &Words,
) -> String {
    let (wrong, help) = (words.say("mistake-wrong"), words.say("mistake-help"));
    let renderer = Renderer::plain();
    let show = |(span, sentences): (Range<usize>, Sentences)| {
        let end = span.end.min(text.len());
        let span = span.start.min(end)..end;
        let snippet =
            Snippet::source(text).path(file).annotation(AnnotationKind::Primary.span(span));
        let title = Level::ERROR.with_name(wrong.as_str()).primary_title(sentences.error(words));
        let mend = Level::HELP.with_name(help.as_str()).message(sentences.mend(words));
        renderer.render(&[title.element(snippet).element(mend)]).to_string()
    };
    mistakes.into_iter().map(show).collect::<Vec<_>>().join("\n\n")
}

/// The parser's error in a file, as people read it.
pub(super) fn parser_error(
    file: &str,
    text: &str,
    error: &toml::de::Error,
    words: &Words,
) -> String {
    let sentences = parser_sentences(error.message(), words);
    shown(file, text, [(error.span().unwrap_or(0..0), sentences)], words)
}

/// The failure that a file which cannot be parsed comes to.
pub fn wrong_toml(path: &Path, text: &str, error: &toml::de::Error, words: &Words) -> Failure {
    Failure::Mend(parser_error(&path.display().to_string(), text, error, words))
}

/// What the parser's message says. Where our sentence does not say everything, the message follows
/// as it is.
pub(super) fn parser_sentences(message: &str, words: &Words) -> Sentences {
    let detail = ("cause", message.lines().collect::<Vec<_>>().join(", "));
    let mut named = message.split('`').skip(1).step_by(2).map(str::to_owned);
    let mut word = || named.next().unwrap_or_default();
    if message.starts_with("unknown field ") {
        let key = word();
        return Sentences::new("toml-unknown-key", [("key", key), ("known", list(named))]);
    }
    if message.starts_with("unknown variant ") {
        let value = word();
        return Sentences::new("toml-unknown-value", [("value", value), ("known", list(named))]);
    }
    if message.starts_with("missing field ") {
        return Sentences::new("toml-missing-key", [("key", word())]);
    }
    if message.starts_with("duplicate key") {
        return Sentences::new("toml-twice", []);
    }
    if let Some(type_) = message.strip_prefix("invalid type: ").and_then(expected_type) {
        return Sentences::new("toml-type", [("type", words.say(type_)), detail]);
    }
    let of_meaning = ["invalid type: ", "invalid value: ", "invalid length ", "data did not match"];
    if of_meaning.iter().any(|beginning| message.starts_with(beginning)) {
        return Sentences::new("toml-value", [detail]);
    }
    Sentences::new("toml-syntax", [detail])
}

fn list(names: impl Iterator<Item = String>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

/// The words for the type that should stand there, by how the message ends.
fn expected_type(found_and_expected: &str) -> Option<&'static str> {
    let (_, expected) = found_and_expected.rsplit_once(", expected ")?;
    Some(match expected {
        "a string" | "a borrowed string" | "string" => "type-text",
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" => "type-whole",
        "f32" | "f64" => "type-number",
        "a boolean" => "type-boolean",
        "a sequence" => "type-list",
        "a map" => "type-table",
        table if table.starts_with("struct ") => "type-table",
        tab if tab.starts_with("a tab's title") => "type-tab",
        _ => return None,
    })
}
