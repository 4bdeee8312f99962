//! What one value may look like. Each function takes what an operator wrote and gives back the value, or the
//! rest of a sentence that begins with what was written: `"1 gigabit" is no size: …`.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    ops::RangeInclusive,
    path::PathBuf,
    str::FromStr,
    time::Duration,
};

use ipnet::IpNet;
use tracing_subscriber::EnvFilter;

/// How the log looks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LogFormat {
    /// Lines for people.
    Human,
    /// One JSON object a line.
    Json,
}

impl LogFormat {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "human" => Ok(Self::Human),
            "json" => Ok(Self::Json),
            _ => Err("is no format: write \"human\" or \"json\"".to_owned()),
        }
    }
}

/// When client addresses are held to a rate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum RateLimitMode {
    Auto,
    On,
    Off,
}

impl RateLimitMode {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "on" | "true" => Ok(Self::On),
            "off" | "false" => Ok(Self::Off),
            _ => Err("is neither \"auto\", \"on\" nor \"off\"".to_owned()),
        }
    }
}

/// A web origin as browsers write it: `https://portal.example` or `http://localhost:3000`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Origin(String);

impl Origin {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        const HOW: &str =
            "write scheme, host and, if need be, port, such as \"https://portal.example\"";
        if text == "*" {
            return Err(format!("would let every web site in: name each one; {HOW}"));
        }
        let uri = http::Uri::from_str(text).map_err(|_| format!("is no origin: {HOW}"))?;
        let (Some("http" | "https"), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(format!("is no origin: {HOW}"));
        };
        let scheme = uri.scheme_str().unwrap_or_default();
        let origin = format!("{scheme}://{}", authority.as_str().to_ascii_lowercase());
        if authority.as_str().contains('@') || !text.eq_ignore_ascii_case(&origin) {
            return Err(format!(
                "has more than an origin: {HOW}, without a path and without a \"/\" at the end"
            ));
        }
        let default_port = if scheme == "https" { ":443" } else { ":80" };
        // Browsers leave a scheme's own port out, and an origin is compared as a text.
        Ok(Self(origin.strip_suffix(default_port).unwrap_or(&origin).to_owned()))
    }

    /// The origin as a browser sends it in the `Origin` header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "is no address with a port: write numbers, such as \"127.0.0.1:8080\" or \"[::1]:8080\""
            .to_owned()
    })
}

pub(super) fn path(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() || text.contains('\0') {
        return Err("is no path: name a folder".to_owned());
    }
    Ok(PathBuf::from(text))
}

pub(super) fn truth(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| "is neither true nor false".to_owned())
}

/// A whole number within a range.
pub(super) fn whole<T>(range: RangeInclusive<u64>) -> impl Fn(&str) -> Result<T, String>
where
    T: TryFrom<u64>,
{
    move |text| {
        let number: Option<u64> = text.replace('_', "").parse().ok();
        number
            .filter(|number| range.contains(number))
            .and_then(|number| T::try_from(number).ok())
            .ok_or_else(|| format!("is no whole number from {} to {}", range.start(), range.end()))
    }
}

pub(super) fn positive(text: &str) -> Result<NonZeroU32, String> {
    whole::<u32>(1..=1_000_000)(text)
        .and_then(|number| NonZeroU32::new(number).ok_or_else(|| "is zero".to_owned()))
}

pub(super) fn ratio(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|ratio| (0.0..=1.0).contains(ratio))
        .ok_or_else(|| "is no share: write a number from 0.0 to 1.0".to_owned())
}

/// A size in bytes within a range: a number of bytes, or with a unit, as `1MiB`.
pub(super) fn size(range: RangeInclusive<u64>) -> impl Fn(&str) -> Result<usize, String> {
    const UNITS: [(&str, u64); 8] = [
        ("", 1),
        ("b", 1),
        ("kib", 1 << 10),
        ("mib", 1 << 20),
        ("gib", 1 << 30),
        ("kb", 1_000),
        ("mb", 1_000_000),
        ("gb", 1_000_000_000),
    ];
    move |text| {
        let bytes = measure(text, &UNITS)
            .ok_or("is no size: write a number of bytes, or with a unit, such as \"1MiB\"")?;
        if !range.contains(&bytes) {
            return Err(format!("is not between {} and {} bytes", range.start(), range.end()));
        }
        usize::try_from(bytes).map_err(|_| "is more than this machine can address".to_owned())
    }
}

/// A time span within a range, with its unit: `250ms`, `30s`, `5m`, `12h`, `7d`.
pub(super) fn duration(
    range: RangeInclusive<Duration>,
) -> impl Fn(&str) -> Result<Duration, String> {
    const UNITS: [(&str, u64); 5] =
        [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
    move |text| {
        // Zero is the same in every unit.
        let text = if text == "0" { "0s" } else { text };
        let milliseconds = measure(text, &UNITS)
            .ok_or("is no time span: write a number and its unit, such as \"250ms\", \"30s\", \"5m\", \"12h\", \"7d\"")?;
        let span = Duration::from_millis(milliseconds);
        if range.contains(&span) {
            Ok(span)
        } else {
            Err(format!("is not between {} and {}", said(*range.start()), said(*range.end())))
        }
    }
}

/// An address or a network: `10.0.0.7`, `10.0.0.0/8`, `fd00::/8`.
pub(super) fn network(text: &str) -> Result<IpNet, String> {
    let network = text
        .parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| {
            "is neither an address nor a network: write \"10.0.0.7\" or \"10.0.0.0/8\"".to_owned()
        })?;
    if network.prefix_len() == 0 {
        return Err("would believe every client: name the proxies".to_owned());
    }
    Ok(network.trunc())
}

pub(super) fn log_filter(text: &str) -> Result<String, String> {
    match EnvFilter::builder().parse(text) {
        Ok(_) if !text.is_empty() => Ok(text.to_owned()),
        _ => {
            Err("is no log filter: write a level, and others by module, such as \"info,sqlx=warn\""
                .to_owned())
        }
    }
}

pub(super) fn http_url(text: &str) -> Result<String, String> {
    let uri = http::Uri::from_str(text).ok();
    let good = uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()
    });
    if good { Ok(text.to_owned()) } else { Err("is no http:// or https:// address".to_owned()) }
}

/// A whole number and a unit, multiplied; `None` when it is not that, or too large.
fn measure(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'_').count();
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim_start().to_ascii_lowercase();
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    number.replace('_', "").parse::<u64>().ok()?.checked_mul(*factor)
}

/// A time span in its largest whole unit.
fn said(span: Duration) -> String {
    const UNITS: [(u128, &str); 4] =
        [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let milliseconds = span.as_millis();
    let unit =
        UNITS.iter().find(|(size, _)| milliseconds >= *size && milliseconds.is_multiple_of(*size));
    unit.map_or_else(
        || format!("{milliseconds}ms"),
        |(size, unit)| format!("{}{unit}", milliseconds / size),
    )
}
