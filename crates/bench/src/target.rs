//! Whom to ask, and what: a form with a picture, over a connection that stays.

use anyhow::Context;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, StatusCode, Uri,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
    header,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Ends the parts of a form; no PNG of ours holds it.
const BOUNDARY: &str = "a-picture-ends-here";

/// The body of a request.
pub(crate) type Form = Bytes;

/// A service that is asked.
#[derive(Debug)]
pub(crate) struct Target {
    name: &'static str,
    address: String,
    path: &'static str,
}

/// A connection to it.
pub(crate) type Connection = SendRequest<Full<Bytes>>;

/// A form with a picture in the field `file`.
pub(crate) fn form(png: &[u8]) -> Form {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"digit.png\"\r\n\
         Content-Type: image/png\r\n\r\n"
    );
    let tail = format!("\r\n--{BOUNDARY}--\r\n");
    [head.as_bytes(), png, tail.as_bytes()].concat().into()
}

impl Target {
    /// The service at an address such as `http://127.0.0.1:8501`, asked at this path.
    pub(crate) fn new(name: &'static str, url: &str, path: &'static str) -> anyhow::Result<Self> {
        let uri: Uri = url.parse().with_context(|| format!("{url} is no address"))?;
        let address = uri.authority().filter(|_| uri.scheme_str() == Some("http"));
        let address = address.with_context(|| format!("{url} is not of the form http://host:port"))?.to_string();
        Ok(Self { name, address, path })
    }

    /// What it is called in the table.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Its host and port.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// A new connection.
    pub(crate) async fn connect(&self) -> anyhow::Result<Connection> {
        let stream = TcpStream::connect(&self.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }

    /// Posts a form and reads the answer to its end.
    pub(crate) async fn ask(&self, connection: &mut Connection, form: Form) -> anyhow::Result<StatusCode> {
        connection.ready().await?;
        let request = Request::post(self.path)
            .header(header::HOST, &self.address)
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
            .body(Full::new(form))?;
        let response = connection.send_request(request).await?;
        let status = response.status();
        response.into_body().collect().await?;
        Ok(status)
    }
}
