//! Sign-in with the accounts of another house, for pages: where people are sent, and what they come back with.

/// Sends people to the pages of the issuer whose tokens are accepted, and claims their tokens.
#[async_graphql::async_trait::async_trait]
pub trait IssuerDesk: Send + Sync {
    /// Where somebody is sent who wants to sign in.
    async fn depart(&self) -> Result<Departure, IssuerFault>;

    /// The tokens of somebody who came back with a code; `issuer` is who says to have sent them.
    async fn arrive(
        &self,
        code: &str,
        issuer: Option<&str>,
        secrets: &str,
    ) -> Result<IssuerTokens, IssuerFault>;

    /// The next tokens of somebody.
    async fn go_on(&self, refresh: &str) -> Result<IssuerTokens, IssuerFault>;

    /// Gives a refresh token back, as far as the issuer takes any.
    async fn give_back(&self, refresh: &str);

    /// The page of the issuer on which people sign out there, where it has one.
    async fn sign_out_page(&self) -> Option<String>;
}

/// Somebody's way to the issuer.
pub struct Departure {
    /// Where the browser goes.
    pub address: String,
    /// Comes back as it is, with this very browser.
    pub state: String,
    /// What the browser keeps until then, and shows to nobody but us.
    pub secrets: String,
}

/// What the issuer hands out.
pub struct IssuerTokens {
    /// The tokens that may say who it is; the reception knows which of them does.
    pub bearers: Vec<String>,
    /// Good for the next ones, where the issuer gives any.
    pub refresh: Option<String>,
}

/// Why somebody does not get in by the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssuerFault {
    /// The issuer gives nothing for what was brought.
    Refused,
    /// It does not answer as it should, or too many ask it already.
    Away,
}
