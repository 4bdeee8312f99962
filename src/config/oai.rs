//! Settings of what the service says of itself to those who harvest it.

use super::{draft::Draft, values};

/// What the service says of itself to harvesters.
#[derive(Clone, Debug)]
pub struct Oai {
    /// What the repository is called.
    pub repository_name: String,
    /// Whom harvesters write to.
    pub admin_email: String,
    /// The name that stands in identifiers.
    pub namespace: String,
    /// How many records a page has.
    pub page: u64,
}

impl Oai {
    pub(super) fn read(draft: &mut Draft, public_url: &str) -> Self {
        draft.section("oai", "What those who harvest research outputs under /oai are told.");
        let repository_name = draft.setting(
            "oai.repository_name",
            "站间 Zhanjian",
            "What the repository is called.",
            name,
        );
        let host = host_of(public_url);
        let namespace = draft.optional(
            "oai.namespace",
            "zhanjian.example",
            "The name in the identifiers of records, a domain of yours. It must never change. Without it: the host of accounts.public_url.",
            namespace,
        );
        let admin_email = draft.optional(
            "oai.admin_email",
            "postmaster@zhanjian.example",
            "Whom harvesters write to when something is wrong. Without it: postmaster at the host of accounts.public_url.",
            email,
        );
        Self {
            repository_name,
            admin_email: admin_email.unwrap_or_else(|| format!("postmaster@{host}")),
            namespace: namespace.unwrap_or(host),
            page: draft.setting(
                "oai.page",
                "100",
                "Records of one answer to a harvester; the others follow by resumption tokens.",
                values::whole(1..=1_000),
            ),
        }
    }
}

/// The host of an address, without its port.
fn host_of(url: &str) -> String {
    let uri: Option<http::Uri> = url.parse().ok();
    let host = uri.as_ref().and_then(http::Uri::host).unwrap_or("localhost");
    host.trim_matches(['[', ']']).replace(':', "-").to_ascii_lowercase()
}

fn name(text: &str) -> Result<String, String> {
    let good = !text.trim().is_empty() && text.chars().count() <= 200;
    let plain = !text.chars().any(char::is_control);
    (good && plain).then(|| text.to_owned()).ok_or_else(|| "is no name of one line".to_owned())
}

fn namespace(text: &str) -> Result<String, String> {
    let label = |label: &str| {
        label.starts_with(|sign: char| sign.is_ascii_alphabetic())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let good = text.contains('.') && text.split('.').all(label);
    good.then(|| text.to_ascii_lowercase())
        .ok_or_else(|| "is no domain: write one such as \"zhanjian.example\"".to_owned())
}

fn email(text: &str) -> Result<String, String> {
    let parts = text.split_once('@');
    let good = parts
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'));
    let plain = !text.chars().any(|sign| sign.is_whitespace() || sign.is_control());
    (good && plain).then(|| text.to_owned()).ok_or_else(|| {
        "is no e-mail address: write one such as \"post@zhanjian.example\"".to_owned()
    })
}
