//! Plain HTTP on one connection, as any client speaks it; without TLS, redirects and chunks.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

/// A connection to a server.
pub struct Client {
    address: String,
    token: String,
    stream: BufReader<TcpStream>,
}

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The head, in lower case.
    pub head: String,
    /// The body.
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The body of a success.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }

    /// Google's message in the body of an error.
    #[track_caller]
    pub fn message(&self) -> String {
        self.json()["error"]["message"]
            .as_str()
            .unwrap_or_else(|| panic!("no message: {}", self.text))
            .to_owned()
    }
}

impl Client {
    /// Connects to `127.0.0.1:1234` or `http://127.0.0.1:1234`.
    pub fn to(address: &str) -> Self {
        Self::try_to(address).unwrap()
    }

    /// The same, where nobody may be listening any more.
    pub fn try_to(address: &str) -> io::Result<Self> {
        let address = address.trim_start_matches("http://").to_owned();
        let stream = TcpStream::connect(&address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), address, token: "local".to_owned() })
    }

    /// Shows another token from now on.
    pub fn with_token(mut self, token: &str) -> Self {
        token.clone_into(&mut self.token);
        self
    }

    /// Asks and waits for the answer.
    #[track_caller]
    pub fn call(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        self.try_call(method, path, body).unwrap()
    }

    /// The same with a server that may go away meanwhile.
    pub fn try_call(&mut self, method: &str, path: &str, body: &Value) -> io::Result<Answer> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (address, token, length) = (&self.address, &self.token, body.len());
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        head.make_ascii_lowercase();
        let number = |text: Option<&str>| text.and_then(|text| text.trim().parse::<usize>().ok());
        let length =
            head.lines().find_map(|line| number(line.strip_prefix("content-length:"))).unwrap_or(0);
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        let status = number(head.split_whitespace().nth(1)).unwrap_or(0) as u16;
        let text = String::from_utf8(body)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        Ok(Answer { status, head, text })
    }
}
