//! Which addresses are asked. An operator names a repository; the repository must not lead us elsewhere: to another host
//! by a redirection, or into the operator's own network by the name of its host.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::Uri;
use ureq::{
    Error,
    config::Config,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::NextTimeout,
    },
};

/// Finds the addresses of a host, and refuses those within a private network unless the operator meant one. What a name
/// leads to is the word of whoever owns the name, the first time as well as later.
#[derive(Debug)]
pub(super) struct Careful {
    inner: DefaultResolver,
    private: bool,
}

impl Careful {
    /// For a repository at an address; `private` where the operator said that it stands in a network of theirs.
    pub(super) fn of(base: &Uri, private: bool) -> Self {
        Self { inner: DefaultResolver::default(), private: private || is_own(base) }
    }
}

/// Whether an address says by itself that it is one of ours or of the operator's: by its number, or as this machine.
fn is_own(base: &Uri) -> bool {
    let host = base.host().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
    let number = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    number.is_ok() || host == "localhost" || host.ends_with(".localhost")
}

impl Resolver for Careful {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        if !self.private && found.iter().any(|address| is_private(address.ip())) {
            let text = "its name leads into a private network; if that is yours, say so with --private-network";
            let fault = std::io::Error::new(std::io::ErrorKind::PermissionDenied, text);
            return Err(Error::Io(fault));
        }
        Ok(found)
    }
}

/// Whether an address is one that the world does not reach: this machine, a private network, the address at which clouds
/// hand out their secrets.
fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_private_v4(address),
        IpAddr::V6(address) => is_private_v6(address),
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || first == 0
        || first >= 240
        || (first == 100 && (64..128).contains(&second))
        || (first == 198 && (second == 18 || second == 19))
        || (first == 192 && second == 0 && third == 0)
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_private_v4(Ipv4Addr::new(a, b, c, d))
    };
    address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        // Addresses of IPv4 in other clothes: NAT64 and 6to4.
        || (segments[..6] == [0x64, 0xff9b, 0, 0, 0, 0] && embedded(segments[6], segments[7]))
        || (segments[0] == 0x2002 && embedded(segments[1], segments[2]))
}

/// The address of a repository, looked at before anything is asked.
pub(super) fn checked(source: &str) -> Result<Uri, String> {
    const HOW: &str = "write it as https://repository.example/oai";
    let uri: Uri = source.parse().map_err(|_| format!("--oai is no address: {HOW}"))?;
    let web = matches!(uri.scheme_str(), Some("http" | "https"));
    let Some(authority) = uri.authority().filter(|_| web) else {
        return Err(format!("--oai is no address of the web: {HOW}"));
    };
    if authority.as_str().contains('@') {
        return Err("--oai names a user, which no repository needs: leave it out".to_owned());
    }
    if source.contains('#') {
        return Err(format!("--oai has a fragment: {HOW}"));
    }
    Ok(uri)
}

/// Where a redirection leads, if it stays at the same host: the same scheme and port, or from http to https.
pub(super) fn redirected(from: &Uri, to: &str) -> Option<Uri> {
    let target: Uri = if to.starts_with('/') && !to.starts_with("//") {
        let (scheme, authority) = (from.scheme_str()?, from.authority()?);
        format!("{scheme}://{authority}{to}").parse().ok()?
    } else {
        to.parse().ok()?
    };
    let same_host = target.host()?.eq_ignore_ascii_case(from.host()?);
    let same_scheme = target.scheme_str() == from.scheme_str();
    let same_port = same_scheme && port(&target) == port(from);
    let upgraded = from.scheme_str() == Some("http")
        && target.scheme_str() == Some("https")
        && port(from) == Some(80)
        && port(&target) == Some(443);
    let plain = !target.authority()?.as_str().contains('@');
    (plain && same_host && (same_port || upgraded)).then_some(target)
}

fn port(uri: &Uri) -> Option<u16> {
    uri.port_u16().or(match uri.scheme_str() {
        Some("http") => Some(80),
        Some("https") => Some(443),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_network_is_known_in_all_its_clothes() {
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
        ] {
            assert!(is_private(address.parse().expect(address)), "{address}");
        }
        for address in ["93.184.216.34", "2606:2800:220:1::1", "172.32.0.1", "100.128.0.1"] {
            assert!(!is_private(address.parse().expect(address)), "{address}");
        }
    }

    #[test]
    fn only_who_means_a_private_network_gets_there() {
        for (base, own) in [
            ("http://127.0.0.1:8080/oai", true),
            ("http://[::1]/oai", true),
            ("http://LOCALHOST/oai", true),
            ("http://oai.localhost/", true),
            ("http://repository.example/oai", false),
            ("http://localhost.example/oai", false),
            ("http://127.0.0.1.example/oai", false),
        ] {
            assert_eq!(is_own(&base.parse().expect("an address")), own, "{base}");
        }
        // A name that leads here, as one of the world may do from the very first time.
        let here: Uri = "http://localhost:9/oai".parse().expect("an address");
        let named: Uri = "http://repository.example/oai".parse().expect("an address");
        let config = ureq::Agent::config_builder().build();
        let found = |careful: Careful| careful.resolve(&here, &config, NextTimeout::default());
        assert!(matches!(
            found(Careful::of(&named, false)),
            Err(Error::Io(fault)) if fault.kind() == std::io::ErrorKind::PermissionDenied
        ));
        assert!(found(Careful::of(&named, true)).is_ok());
        assert!(found(Careful::of(&here, false)).is_ok());
    }

    #[test]
    fn a_redirection_stays_at_its_host() {
        let from: Uri = "http://repository.example/oai?verb=Identify".parse().expect("an address");
        for (to, allowed) in [
            ("/oai/request?verb=Identify", true),
            ("https://repository.example/oai", true),
            ("http://REPOSITORY.example/oai", true),
            ("http://repository.example:8080/oai", false),
            ("http://169.254.169.254/latest", false),
            ("//elsewhere.example/oai", false),
            ("http://user@repository.example/oai", false),
            ("ftp://repository.example/oai", false),
            ("file:///etc/passwd", false),
        ] {
            assert_eq!(redirected(&from, to).is_some(), allowed, "{to}");
        }
        let safe: Uri = "https://repository.example/oai".parse().expect("an address");
        assert_eq!(redirected(&safe, "http://repository.example/oai"), None);
    }

    #[test]
    fn only_addresses_of_the_web_are_asked() {
        assert!(checked("https://repository.example/oai?key=value").is_ok());
        for source in ["", "repository.example", "file:///etc/passwd", "ftp://x/", "http://a@b/"] {
            assert!(checked(source).is_err(), "{source}");
        }
    }
}
