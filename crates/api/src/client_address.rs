//! The address of the client that sends a request, also through reverse proxies.

use axum::http::{HeaderMap, HeaderName};
use ipnet::{IpNet, Ipv6Net};
use std::{
    fmt,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The shortest prefixes of trusted networks, in bits. A shorter one would trust a large part of the internet.
const SHORTEST_IPV4_PREFIX: u8 = 16;
const SHORTEST_IPV6_PREFIX: u8 = 32;

/// An address or a network of reverse proxies, of which the service believes `X-Forwarded-For`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrustedProxy(IpNet);

impl fmt::Display for TrustedProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The reason why a text names no trusted proxy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustedProxyError {
    /// It is neither an address nor a network.
    #[error("this is neither an address such as 10.203.85.2 nor a network such as 10.203.85.0/28")]
    Text,
    /// The network is too large.
    #[error(
        "{0} is too large a network: everybody in it could forge addresses. Name the proxies, or networks of at least \
         /{SHORTEST_IPV4_PREFIX} (IPv4) or /{SHORTEST_IPV6_PREFIX} (IPv6)"
    )]
    TooLarge(IpNet),
}

impl FromStr for TrustedProxy {
    type Err = TrustedProxyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let address = || text.parse::<IpAddr>().map(IpNet::from);
        let network = text.parse().or_else(|_| address()).map_err(|_| TrustedProxyError::Text)?;
        let shortest = if network.addr().is_ipv4() { SHORTEST_IPV4_PREFIX } else { SHORTEST_IPV6_PREFIX };
        if network.prefix_len() < shortest { Err(TrustedProxyError::TooLarge(network)) } else { Ok(Self(network)) }
    }
}

/// The address of a client. Of an IPv6 address it holds the network, a /64, because one client usually has all of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ClientAddress(IpAddr);

impl ClientAddress {
    /// The address at the other end of the connection, or, if that is a trusted proxy, the right-most entry of
    /// `X-Forwarded-For` that no trusted proxy wrote. Each proxy appends the address of its own peer, so a client can
    /// forge only entries further to the left.
    pub(crate) fn of(peer: IpAddr, headers: &HeaderMap, proxies: &[TrustedProxy]) -> Self {
        let is_trusted = |address: IpAddr| proxies.iter().any(|TrustedProxy(network)| network.contains(&address));
        let mut client = peer.to_canonical();
        let lines = headers.get_all(FORWARDED_FOR).iter();
        // Each entry is decoded alone, because a client may have written other bytes into the same line.
        let entries: Vec<&[u8]> = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b',')).collect();
        for entry in entries.into_iter().rev() {
            if !is_trusted(client) {
                break;
            }
            // If an entry is no address, the proxy that wrote it is the last that is known.
            let Some(address) = str::from_utf8(entry).ok().and_then(|entry| address(entry.trim())) else { break };
            client = address;
        }
        client.into()
    }

    /// Whether the address is in a network.
    pub(crate) fn is_in(self, network: &IpNet) -> bool {
        network.contains(&self.0)
    }

    /// The address, and then, of an IPv6 address, the /48 around it: a provider may give a customer all of its /64s.
    pub(crate) fn networks(self) -> impl Iterator<Item = IpNet> {
        let (own, around) = match self.0 {
            IpAddr::V4(_) => (32, None),
            IpAddr::V6(address) => (64, Ipv6Net::new(address, 48).ok()),
        };
        let own = IpNet::new(self.0, own).unwrap_or_else(|_| self.0.into());
        [own].into_iter().chain(around.map(|network| IpNet::V6(network.trunc())))
    }
}

impl From<IpAddr> for ClientAddress {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            address @ IpAddr::V4(_) => Self(address),
            IpAddr::V6(address) => Self(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into()),
        }
    }
}

/// An entry of `X-Forwarded-For`: an address, with or without a port.
fn address(entry: &str) -> Option<IpAddr> {
    let without_port = || entry.parse().map(|address: SocketAddr| address.ip()).ok();
    let bare = || entry.trim_start_matches('[').trim_end_matches(']').parse().ok();
    bare().or_else(without_port).map(|address: IpAddr| address.to_canonical())
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => address.fmt(f),
            IpAddr::V6(network) => write!(f, "{network}/64"),
        }
    }
}

impl fmt::Debug for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    /// The client of a request from a peer, with these lines of `X-Forwarded-For`.
    fn client(peer: &str, lines: &[&'static str], proxies: &[&str]) -> String {
        let lines = lines.iter().map(|line| (FORWARDED_FOR, HeaderValue::from_static(line))).collect();
        let proxies: Vec<_> = proxies.iter().map(|proxy| proxy.parse().unwrap()).collect();
        ClientAddress::of(peer.parse().unwrap(), &lines, &proxies).to_string()
    }

    #[test]
    fn an_untrusted_peer_cannot_forge_an_address() {
        assert_eq!(client("198.51.100.7", &["203.0.113.9"], &[]), "198.51.100.7");
        assert_eq!(client("198.51.100.7", &["203.0.113.9", "10.0.0.1"], &["10.0.0.0/16"]), "198.51.100.7");
    }

    #[test]
    fn behind_trusted_proxies_the_right_most_entry_of_no_proxy_counts() {
        let proxies = &["10.0.0.0/16", "2001:db8::1"];
        for (lines, expected) in [
            (&["203.0.113.9"][..], "203.0.113.9"),
            (&["1.2.3.4, 203.0.113.9"], "203.0.113.9"),
            (&["1.2.3.4", "203.0.113.9"], "203.0.113.9"),
            (&["1.2.3.4, 203.0.113.9, 10.0.0.2, 2001:db8::1"], "203.0.113.9"),
            (&["203.0.113.9:4711"], "203.0.113.9"),
            (&["[2001:db8:1:2:3:4:5:6]:4711"], "2001:db8:1:2::/64"),
            (&["[2001:db8:1:2:3:4:5:6]"], "2001:db8:1:2::/64"),
            (&["1.2.3.4, unknown"], "10.0.0.1"),
            (&["1.2.3.4, unknown, 10.0.0.2"], "10.0.0.2"),
            (&["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            (&[""], "10.0.0.1"),
            (&[], "10.0.0.1"),
        ] {
            assert_eq!(client("10.0.0.1", lines, proxies), expected, "{lines:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_hide_only_their_own_entry() {
        let line = HeaderValue::from_bytes(b"\xff, 203.0.113.9").unwrap();
        let headers = [(FORWARDED_FOR, line)].into_iter().collect();
        let client = ClientAddress::of("10.0.0.1".parse().unwrap(), &headers, &["10.0.0.1".parse().unwrap()]);
        assert_eq!(client.to_string(), "203.0.113.9");
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one_client() {
        assert_eq!(client("2001:db8:1:2:3:4:5:6", &[], &[]), "2001:db8:1:2::/64");
        assert_eq!(client("2001:db8:1:2::1", &[], &[]), "2001:db8:1:2::/64");
        assert_eq!(client("::ffff:198.51.100.7", &[], &[]), "198.51.100.7");
        assert_eq!(client("::ffff:10.0.0.1", &["203.0.113.9"], &["10.0.0.1"]), "203.0.113.9");
    }

    #[test]
    fn an_ipv6_address_belongs_to_a_network_of_several_clients() {
        let networks = |peer: &str| {
            let address = ClientAddress::from(peer.parse::<IpAddr>().unwrap());
            address.networks().map(|network| network.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(networks("2001:db8:1:2:3:4:5:6"), ["2001:db8:1:2::/64", "2001:db8:1::/48"]);
        assert_eq!(networks("198.51.100.7"), ["198.51.100.7/32"]);
    }

    #[test]
    fn a_network_that_is_too_large_is_rejected() {
        for text in
            ["0.0.0.0/0", "::/0", "0.0.0.0/1", "10.0.0.0/8", "10.0.0.0/15", "2000::/3", "fd00::/16", "2001:db8::/31"]
        {
            let error = text.parse::<TrustedProxy>().unwrap_err();
            assert!(error.to_string().contains("could forge addresses"), "{text}: {error}");
        }
        for text in ["", "*", "caddy", "10.0.0.0/33", "10.0.0"] {
            assert_eq!(text.parse::<TrustedProxy>(), Err(TrustedProxyError::Text), "{text:?}");
        }
        for text in ["10.203.0.0/16", "10.203.85.2", "2001:db8::/32", "::1"] {
            assert!(text.parse::<TrustedProxy>().is_ok(), "{text}");
        }
    }
}
