//! The subject of a block: a visitor, or a network of addresses.

use super::VisitorId;
use ipnet::{IpNet, Ipv6Net};
use std::{fmt, net::IpAddr, str::FromStr};
use uuid::Uuid;

/// The shortest prefixes of blocked networks, in bits. A typing error must not block a large part of the internet.
const SHORTEST_IPV4_PREFIX: u8 = 16;
const SHORTEST_IPV6_PREFIX: u8 = 32;
/// The longest prefix of a blocked IPv6 network, in bits: one client usually has a whole /64.
const LONGEST_IPV6_PREFIX: u8 = 64;

/// A visitor or a network that may neither store nor label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlockSubject {
    Visitor(VisitorId),
    Network(IpNet),
}

/// The reason why a text names no subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BlockSubjectError {
    #[error(
        "this is neither the id of a visitor nor an address such as 203.0.113.9 nor a network such as 203.0.113.0/24"
    )]
    Text,
    #[error(
        "{0} is too large a network to block: the largest is a /{SHORTEST_IPV4_PREFIX} (IPv4) or a \
         /{SHORTEST_IPV6_PREFIX} (IPv6)"
    )]
    TooLarge(IpNet),
}

impl FromStr for BlockSubject {
    type Err = BlockSubjectError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if let Ok(id) = text.parse::<Uuid>() {
            return Ok(Self::Visitor(VisitorId::from_row(id)));
        }
        let address = || text.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical()));
        let network: IpNet = text.parse().or_else(|_| address()).map_err(|_| BlockSubjectError::Text)?;
        let (shortest, longest) = match network {
            IpNet::V4(_) => (SHORTEST_IPV4_PREFIX, 32),
            IpNet::V6(_) => (SHORTEST_IPV6_PREFIX, LONGEST_IPV6_PREFIX),
        };
        if network.prefix_len() < shortest {
            return Err(BlockSubjectError::TooLarge(network));
        }
        let network = match network {
            IpNet::V6(network) if network.prefix_len() > longest => {
                Ipv6Net::new(network.addr(), longest).map_or(IpNet::V6(network), IpNet::V6)
            }
            network => network,
        };
        Ok(Self::Network(network.trunc()))
    }
}

impl fmt::Display for BlockSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Visitor(visitor) => visitor.uuid().fmt(f),
            Self::Network(network) if network.prefix_len() == network.max_prefix_len() => network.addr().fmt(f),
            Self::Network(network) => network.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_an_address_or_a_network_can_be_blocked() {
        for (text, subject) in [
            ("203.0.113.9", "203.0.113.9"),
            (" 203.0.113.9/24 ", "203.0.113.0/24"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1::/48", "2001:db8:1::/48"),
            ("01a1fbb1-1705-80dd-85d3-4701a5682893", "01a1fbb1-1705-80dd-85d3-4701a5682893"),
        ] {
            assert_eq!(text.parse::<BlockSubject>().unwrap().to_string(), subject, "{text}");
        }
    }

    #[test]
    fn other_texts_and_large_networks_are_rejected() {
        for text in ["", "ada", "203.0.113", "203.0.113.0/33", "*"] {
            assert_eq!(text.parse::<BlockSubject>(), Err(BlockSubjectError::Text), "{text}");
        }
        for text in ["0.0.0.0/0", "203.0.0.0/15", "::/0", "2001::/31"] {
            assert!(matches!(text.parse::<BlockSubject>(), Err(BlockSubjectError::TooLarge(_))), "{text}");
        }
    }
}
