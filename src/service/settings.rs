//! What a service is made of, as the configuration says it.

use std::{path::PathBuf, time::Duration};

use crate::{
    accounts::{self, ClientSecret, ClientSettings, SsoSettings},
    clock::Clock,
    config::Config,
    console, consultations,
    db::DatabaseSettings,
    execution::Limits,
    indexer, introductions, needs, oai, vault,
};

use super::rebuild_request;

/// What a service is made of.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The database.
    pub database: DatabaseSettings,
    /// The folder of the index.
    pub index_dir: PathBuf,
    /// How the index works.
    pub index: zhanjian_index::Options,
    /// How the indexer works.
    pub indexer: indexer::Settings,
    /// What one request may ask for.
    pub limits: Limits,
    /// The time.
    pub clock: Clock,
    /// Where the keys are that are not in the database.
    pub vault: vault::Source,
    /// How accounts work.
    pub accounts: accounts::Settings,
    /// Another issuer whose tokens are accepted.
    pub sso: Option<SsoSettings>,
    /// A file or folder with more years of working days.
    pub calendar: Option<PathBuf>,
    /// By when consultations are answered, and how long askers are kept.
    pub consultations: consultations::Settings,
    /// How long needs stay open.
    pub needs: needs::Settings,
    /// What the service says of itself to harvesters.
    pub oai: oai::Settings,
    /// How long requests for introductions wait for an answer.
    pub introductions: introductions::Settings,
}

impl Settings {
    /// What the configuration says.
    pub fn of(config: &Config) -> Self {
        let graphql = &config.graphql;
        Self {
            database: DatabaseSettings {
                url: config.database.url.expose().to_owned(),
                readers: config.database.readers,
                acquire_timeout: config.database.acquire_timeout,
            },
            index_dir: config.data_dir.join("index"),
            index: zhanjian_index::Options {
                memory_budget: config.index.memory_budget,
                snapshot_keep: config.index.snapshot_keep,
                dictionaries: config.index.dictionaries.clone(),
                ..zhanjian_index::Options::default()
            },
            indexer: indexer::Settings {
                commit_interval: config.index.commit_interval,
                poll_interval: config.outbox.poll_interval,
                rebuild_request: rebuild_request(&config.data_dir),
            },
            limits: Limits {
                max_depth: graphql.max_depth,
                max_tokens: graphql.max_tokens,
                max_selections: graphql.max_selections,
                max_aliases: graphql.max_aliases,
                max_cost: graphql.max_cost,
                max_page: graphql.max_page as u64,
                default_page: graphql.default_page as u64,
                timeout: config.http.request_timeout,
                ..Limits::default()
            },
            clock: Clock::system(),
            vault: vault_source(&config.keys),
            accounts: account_settings(config),
            sso: config.sso.as_ref().map(|sso| sso_settings(sso, &config.accounts.public_url)),
            calendar: config.calendar.clone(),
            consultations: consultation_settings(&config.consultations),
            needs: needs::Settings {
                open_days: config.partners.need_days,
                longest_days: config.partners.need_days_at_most,
            },
            oai: oai::Settings {
                public_url: config.accounts.public_url.clone(),
                name: config.oai.repository_name.clone(),
                admin_email: config.oai.admin_email.clone(),
                namespace: config.oai.namespace.clone(),
                page: config.oai.page,
            },
            introductions: introductions::Settings {
                answer_days: config.partners.introduction_days,
            },
        }
    }
}

fn account_settings(config: &Config) -> accounts::Settings {
    let accounts = &config.accounts;
    let span = |span: Duration| chrono::Duration::from_std(span).unwrap_or(chrono::Duration::MAX);
    accounts::Settings {
        issuer: accounts.public_url.clone(),
        audience: "zhanjian".to_owned(),
        access_life: span(accounts.access_token_life),
        refresh_life: span(accounts.refresh_token_life),
        session_life: span(accounts.session_life),
        client_token_life: span(accounts.client_token_life),
        secret_overlap: span(accounts.client_secret_overlap),
        sso_decides_roles: config.sso.as_ref().is_some_and(|sso| sso.role_claim.is_some()),
    }
}

fn consultation_settings(settings: &crate::config::Consultations) -> consultations::Settings {
    consultations::Settings {
        basic_days: settings.basic_days,
        district_days: settings.district_days,
        municipal_days: settings.municipal_days,
        national_days: settings.national_days,
        no_objection_days: settings.no_objection_days,
        asker_retention: settings
            .asker_retention
            .map(|kept| chrono::Duration::from_std(kept).unwrap_or(chrono::Duration::MAX)),
    }
}

fn sso_settings(sso: &crate::config::Sso, public_url: &str) -> SsoSettings {
    let redirect = format!("{}{}", public_url.trim_end_matches('/'), console::ISSUER_RETURN);
    let client = sso.client.clone().map(|client| ClientSettings {
        id: client.id,
        secret: client.secret.map(ClientSecret::new),
        scopes: client.scopes,
        resource: client.resource,
        redirect,
    });
    SsoSettings {
        issuer: sso.issuer.clone(),
        audience: sso.audience.clone(),
        login_claim: sso.login_claim.clone(),
        role_claim: sso.role_claim.clone(),
        roles: sso.roles.clone(),
        clock_skew: sso.clock_skew,
        client,
    }
}

fn vault_source(keys: &crate::config::Keys) -> vault::Source {
    match &keys.given {
        Some(text) => vault::Source::Setting(text.clone()),
        None => vault::Source::File(keys.file.clone()),
    }
}
