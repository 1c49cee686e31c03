//! An address of model services in the configuration.

use axum::http::{HeaderValue, Uri};
use std::{collections::BTreeSet, fmt, io, net::SocketAddr, str::FromStr, time::Duration};
use tokio::{net::lookup_host, time::timeout};
use url::{Position, Url};

/// How long a lookup of a host name may take.
const LOOKUP_LIMIT: Duration = Duration::from_secs(1);

/// The address of one or several model services, such as `http://model:8000`. A host name may resolve to several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelAddress {
    pub(super) base: Url,
    /// The header `Host` of requests.
    pub(super) host_header: HeaderValue,
    pub(super) predict: Uri,
    pub(super) explain: Uri,
    pub(super) about: Uri,
    pub(super) ready: Uri,
}

/// A text is no address of a model service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no address of a model service such as http://127.0.0.1:8000; write commas between several")]
pub struct ModelAddressError;

impl FromStr for ModelAddress {
    type Err = ModelAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let base: Url = text.parse().map_err(|_| ModelAddressError)?;
        if base.scheme() != "http" {
            return Err(ModelAddressError);
        }
        let route = |path| base.join(path).ok().as_ref().and_then(target).ok_or(ModelAddressError);
        let (predict, explain) = (route("predict?include=bitmap")?, route("explain")?);
        let (about, ready) = (route("./")?, route("readyz")?);
        let host_header = base[Position::BeforeHost..Position::AfterPort].parse().map_err(|_| ModelAddressError)?;
        Ok(Self { base, host_header, predict, explain, about, ready })
    }
}

impl ModelAddress {
    pub(super) fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    /// Returns the socket addresses to which the host resolves.
    pub(super) async fn lookup(&self) -> io::Result<BTreeSet<SocketAddr>> {
        // A URL has brackets around an IPv6 address.
        let host = self.host().trim_matches(['[', ']']);
        let port = self.base.port_or_known_default().unwrap_or_default();
        Ok(timeout(LOOKUP_LIMIT, lookup_host((host, port))).await??.collect())
    }
}

/// The path and the query string of a URL.
pub(super) fn target(url: &Url) -> Option<Uri> {
    url[Position::BeforePath..Position::AfterQuery].parse().ok()
}

impl fmt::Display for ModelAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host(), self.base.port_or_known_default().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_the_routes_of_the_model_service() {
        let address: ModelAddress = " http://model:8000".parse().unwrap();
        assert_eq!(
            (&address.predict, &address.ready),
            (&"/predict?include=bitmap".parse().unwrap(), &"/readyz".parse().unwrap())
        );
        assert_eq!(address.host_header, "model:8000");
        let behind_a_proxy: ModelAddress = "http://proxy/model/".parse().unwrap();
        assert_eq!(behind_a_proxy.about, "/model/");
        assert_eq!(
            (behind_a_proxy.to_string().as_str(), behind_a_proxy.host_header.as_bytes()),
            ("proxy:80", &b"proxy"[..])
        );
    }

    #[test]
    fn another_text_is_rejected_with_an_example() {
        for text in ["", "model:8000", "https://model:8000", "127.0.0.1:8000", "http://"] {
            let error = text.parse::<ModelAddress>().unwrap_err().to_string();
            assert!(error.contains("http://127.0.0.1:8000"), "{text:?}: {error}");
        }
    }

    #[tokio::test]
    async fn ip_addresses_resolve_to_themselves() {
        for (url, socket) in [("http://127.0.0.1:8000", "127.0.0.1:8000"), ("http://[::1]", "[::1]:80")] {
            let found = url.parse::<ModelAddress>().unwrap().lookup().await.unwrap();
            assert_eq!(found, BTreeSet::from([socket.parse().unwrap()]));
        }
    }
}
