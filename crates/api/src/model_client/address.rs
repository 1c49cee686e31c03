//! An address of model services in the configuration.

use reqwest::Url;
use std::{collections::BTreeSet, fmt, io, net::SocketAddr, str::FromStr, time::Duration};
use tokio::{net::lookup_host, time::timeout};

/// How long a lookup of a host name may take.
const LOOKUP_LIMIT: Duration = Duration::from_secs(1);

/// The address of one or several model services, such as `http://model:8000`. A host name may resolve to several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelAddress {
    base: Url,
    pub(super) predict: Url,
    pub(super) explain: Url,
    pub(super) about: Url,
    pub(super) ready: Url,
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
        let route = |path| base.join(path).map_err(|_| ModelAddressError);
        let (predict, explain) = (route("predict?include=bitmap")?, route("explain")?);
        let (about, ready) = (route("./")?, route("readyz")?);
        Ok(Self { base, predict, explain, about, ready })
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
        assert_eq!(address.predict.as_str(), "http://model:8000/predict?include=bitmap");
        assert_eq!(address.ready.as_str(), "http://model:8000/readyz");
        let behind_a_proxy: ModelAddress = "http://proxy/model/".parse().unwrap();
        assert_eq!(behind_a_proxy.about.as_str(), "http://proxy/model/");
        assert_eq!(behind_a_proxy.to_string(), "proxy:80");
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
