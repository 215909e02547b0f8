//! The tokens of a source file: exact about texts, comments and brackets, and with their lines.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A word: a name or a keyword.
    Word(String),
    /// One character of punctuation.
    Mark(char),
    /// The content of a string literal.
    Text(String),
    /// Any other literal.
    Number,
    /// What stands in brackets, with the opening bracket; a space where there is none to see.
    Group(char, Vec<Token>),
}

/// A token and its line, counted from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where it begins.
    pub line: usize,
}

impl Token {
    /// The word, if it is one.
    pub fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Whether it is this word.
    pub fn is_word(&self, word: &str) -> bool {
        self.word() == Some(word)
    }

    /// Whether it is this punctuation.
    pub fn is(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    /// What stands in these brackets, if it is such a group.
    pub fn group(&self, open: char) -> Option<&[Token]> {
        match &self.kind {
            Kind::Group(found, tokens) if *found == open => Some(tokens),
            _ => None,
        }
    }
}

/// The tokens of a source without its attributes, comments and what is compiled for tests only.
pub fn tokens(source: &str) -> Vec<Token> {
    convert(source.parse().expect("a source that compiles has tokens"))
}

fn convert(stream: TokenStream) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let line = tree.span().start().line;
        let kind = match tree {
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                trees.next_if(
                    |next| matches!(next, TokenTree::Punct(mark) if mark.as_char() == '!'),
                );
                let attribute = trees.next().map(|group| group.to_string()).unwrap_or_default();
                if attribute.replace(' ', "") == "[cfg(test)]" {
                    skip_item(&mut trees);
                }
                continue;
            }
            TokenTree::Punct(mark) => Kind::Mark(mark.as_char()),
            TokenTree::Ident(word) => Kind::Word(word.to_string()),
            TokenTree::Literal(literal) => match literal.to_string() {
                text if text.starts_with('"') => Kind::Text(text[1..text.len() - 1].to_owned()),
                _ => Kind::Number,
            },
            TokenTree::Group(group) => {
                let open = match group.delimiter() {
                    Delimiter::Parenthesis => '(',
                    Delimiter::Brace => '{',
                    Delimiter::Bracket => '[',
                    Delimiter::None => ' ',
                };
                Kind::Group(open, convert(group.stream()))
            }
        };
        tokens.push(Token { kind, line });
    }
    tokens
}

/// Leaves out one item: as far as its body or its semicolon.
fn skip_item(trees: &mut impl Iterator<Item = TokenTree>) {
    trees.find(|tree| match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(mark) => mark.as_char() == ';',
        _ => false,
    });
}
