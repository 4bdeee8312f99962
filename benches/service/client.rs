//! A client that costs next to nothing: one connection that is kept, no more of HTTP than our own answers need.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
};

use serde_json::{Value, json};

use super::Result;

/// One connection to the service.
pub(super) struct Client {
    stream: BufReader<TcpStream>,
    line: String,
    body: Vec<u8>,
    /// Headers that say who asks, each with its line end; empty for anybody.
    headers: String,
}

impl Client {
    pub(super) fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::new(stream),
            line: String::new(),
            body: Vec::new(),
            headers: String::new(),
        })
    }

    /// The same, asking as whoever this token stands for.
    pub(super) fn signed_in(self, token: &str) -> Self {
        Self { headers: format!("authorization: Bearer {token}\r\n"), ..self }
    }

    /// The same, as if a proxy passed it on for somebody at this address.
    pub(super) fn forwarded_for(self, address: &str) -> Self {
        Self { headers: format!("x-forwarded-for: {address}\r\n"), ..self }
    }

    /// Sends a form, and gives the status.
    pub(super) fn form(&mut self, path: &str, form: &str) -> Result<u16> {
        let message = format!(
            "POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/x-www-form-urlencoded\r\n{}content-length: {}\r\n\r\n{form}",
            self.headers,
            form.len()
        );
        self.stream.get_mut().write_all(message.as_bytes())?;
        self.answer()
    }

    /// The status of a path.
    pub(super) fn status(&mut self, path: &str) -> Result<u16> {
        let head = format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n");
        self.stream.get_mut().write_all(head.as_bytes())?;
        self.answer()
    }

    /// Opens a page. Its body stays here until the next question.
    pub(super) fn page(&mut self, path: &str) -> Result<&[u8]> {
        let head = format!("GET {path} HTTP/1.1\r\nhost: bench\r\naccept: text/html\r\n\r\n");
        self.stream.get_mut().write_all(head.as_bytes())?;
        match self.answer()? {
            200 => Ok(&self.body),
            status => Err(format!("{status}: {}", String::from_utf8_lossy(&self.body)).into()),
        }
    }

    /// Asks the API. The body of the answer stays here until the next question.
    pub(super) fn ask(&mut self, request: &str) -> Result<&[u8]> {
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\naccept: application/graphql-response+json\r\n{}content-length: {}\r\n\r\n",
            self.headers,
            request.len()
        );
        let mut message = head.into_bytes();
        message.extend_from_slice(request.as_bytes());
        self.stream.get_mut().write_all(&message)?;
        let status = self.answer()?;
        if status != 200 {
            return Err(format!("{status}: {}", String::from_utf8_lossy(&self.body)).into());
        }
        Ok(&self.body)
    }

    /// The same, read as JSON; errors in the answer are errors here.
    pub(super) fn json(&mut self, query: &str, variables: &Value) -> Result<Value> {
        let answer: Value = serde_json::from_slice(self.ask(&request(query, variables))?)?;
        match answer.get("errors") {
            Some(errors) => Err(errors.to_string().into()),
            None => Ok(answer),
        }
    }

    fn answer(&mut self) -> Result<u16> {
        let mut status = 0;
        let mut length = 0;
        loop {
            self.line.clear();
            if self.stream.read_line(&mut self.line)? == 0 {
                return Err("the service hung up".into());
            }
            let line = self.line.trim_end();
            if line.is_empty() {
                break;
            }
            if status == 0 {
                status = line.split(' ').nth(1).unwrap_or_default().parse()?;
            } else if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse()?;
            }
        }
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body)?;
        Ok(status)
    }
}

/// A GraphQL request as it goes over the wire.
pub(super) fn request(query: &str, variables: &Value) -> String {
    json!({ "query": query, "variables": variables }).to_string()
}
