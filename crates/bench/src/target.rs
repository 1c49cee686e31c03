//! A service under load and the connection to it.

use crate::request_template::RequestTemplate;
use anyhow::Context;
use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Request, StatusCode, Uri,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
    header,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// A service under load.
#[derive(Debug)]
pub(crate) struct Target {
    name: &'static str,
    address: String,
}

/// A connection to the service.
pub(crate) type Connection = SendRequest<Full<Bytes>>;

/// A response of the service.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Target {
    /// Returns the service at an address such as `http://127.0.0.1:8501`.
    pub(crate) fn new(name: &'static str, url: &str) -> anyhow::Result<Self> {
        let uri: Uri = url.parse().with_context(|| format!("{url} is not an address"))?;
        let address = uri.authority().filter(|_| uri.scheme_str() == Some("http"));
        let address = address.with_context(|| format!("{url} is not of the form http://host:port"))?.to_string();
        Ok(Self { name, address })
    }

    /// Returns the name in the table.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the host and port.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Sends a request over a persistent connection, and opens a new one if necessary.
    pub(crate) async fn ask(
        &self,
        kept: &mut Option<Connection>,
        template: &RequestTemplate,
    ) -> anyhow::Result<Answer> {
        let mut connection = match kept.take() {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let answer = self.ask_over(&mut connection, template).await?;
        *kept = Some(connection);
        Ok(answer)
    }

    /// Sends one request over a new connection.
    pub(crate) async fn ask_once(&self, template: &RequestTemplate) -> anyhow::Result<Answer> {
        self.ask(&mut None, template).await
    }

    async fn connect(&self) -> anyhow::Result<Connection> {
        let stream = TcpStream::connect(&self.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }

    /// Sends a request and reads the whole response.
    async fn ask_over(&self, connection: &mut Connection, template: &RequestTemplate) -> anyhow::Result<Answer> {
        connection.ready().await?;
        let mut request = Request::builder().method(&template.method).uri(&template.path);
        for (name, value) in &template.headers {
            request = request.header(name, value);
        }
        let request = request.header(header::HOST, &self.address).body(Full::new(template.body.clone()))?;
        let response = connection.send_request(request).await?;
        let (head, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Answer { status: head.status, headers: head.headers, body })
    }
}

impl Answer {
    /// Parses the JSON of a response with status 200; another status is an error.
    pub(crate) fn json(&self) -> anyhow::Result<serde_json::Value> {
        let said = || String::from_utf8_lossy(&self.body).chars().take(300).collect::<String>();
        anyhow::ensure!(self.status == StatusCode::OK, "{}: {}", self.status, said());
        serde_json::from_slice(&self.body).with_context(|| format!("not JSON: {}", said()))
    }
}
