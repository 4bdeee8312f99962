//! `zhanjian keys`: the keys under which confidential things are encrypted, and those that sign tokens.
//!
//! A master key is replaced in three steps, each of which can be repeated: a new one is put in front, everything is
//! sealed anew under it, and once every process knows it, the old ones are struck. Nothing that was sealed is ever
//! without the key that opens it.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use clap::Subcommand;

use super::{Failure, Outcome};
use crate::{
    accounts,
    audit::{self, Entry},
    clock::Clock,
    config::Config,
    consultations,
    db::Database,
    introductions,
    service::{self, Settings},
    vault::{Source, Vault},
};

/// `zhanjian keys`
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Put a new master key in front of the present ones, and seal everything anew under it
    Rotate {
        /// Put the new key into the file only: for nodes that each have a copy of it, before `keys reseal`
        #[arg(long)]
        file_only: bool,
    },
    /// Seal everything anew that is still sealed under an old master key
    Reseal,
    /// Strike the old master keys from the file, once everything is sealed anew and every node knows the new one
    ForgetOld {
        /// Do not wait until running nodes have taken up the new key: there are none
        #[arg(long)]
        at_once: bool,
    },
    /// Make a new key that signs tokens; the present one verifies until what it signed has ended
    RotateSigning,
}

/// Looks after the keys.
pub(super) async fn run(config: &Config, command: &KeysCommand) -> Result<Outcome, Failure> {
    super::require_data(config)?;
    let db = super::open_database(config).await?;
    let source = Settings::of(config).vault;
    match command {
        KeysCommand::Rotate { file_only } => rotate(&db, &source, *file_only).await,
        KeysCommand::Reseal => {
            let vault = service::open_vault(&db, &source).await?;
            reseal(&db, &vault).await
        }
        KeysCommand::ForgetOld { at_once } => forget_old(&db, &source, *at_once).await,
        KeysCommand::RotateSigning => {
            let vault = service::open_vault(&db, &source).await?;
            rotate_signing(&db, &vault).await
        }
    }
}

async fn rotate(db: &Database, source: &Source, file_only: bool) -> Result<Outcome, Failure> {
    let Source::File(file) = source else {
        super::tell(
            "the master keys are given by a setting: put this new one in front of them, separated by a comma, start every \
             node again, and then run `zhanjian keys reseal`",
        );
        super::say(&Vault::new_master_key());
        return Ok(Outcome::Done);
    };
    // A file that is not there is made, if nothing has been sealed yet: with a first key, which another then follows.
    service::open_vault(db, source).await?;
    let vault = Vault::rotate_file(file)?;
    entered(db, "rotateMasterKey", vault.current_id()).await?;
    super::tell(&format!("{} has a new key in front: {}", file.display(), vault.current_id()));
    if file_only {
        super::tell(
            "put the file in its place on every other node; within a minute they know it, and then run `zhanjian keys \
             reseal`",
        );
        return Ok(Outcome::Done);
    }
    reseal(db, &vault).await
}

/// Seals everything anew under the current master key.
async fn reseal(db: &Database, vault: &Vault) -> Result<Outcome, Failure> {
    let sealed = carry_over(db, vault).await?;
    entered(db, "resealKeys", format!("{sealed} under {}", vault.current_id())).await?;
    super::say(&format!("{sealed} sealed anew under {}", vault.current_id()));
    super::tell(
        "nodes that read the same file seal under the new key within a minute. Then strike the old ones: `zhanjian keys \
         forget-old`. Copies of the database that were made before still need them: keep one copy of the old file with \
         those copies.",
    );
    Ok(Outcome::Done)
}

/// Every room that has something sealed carries it over; gives how many things were. A room that comes to seal something
/// is added here. Repeated after an interruption, it goes on with what is left.
async fn carry_over(db: &Database, vault: &Vault) -> Result<u64, Failure> {
    let cases = consultations::rewrap(db, vault).await?;
    let introduced = introductions::rewrap(db, vault).await?;
    let write = db.write().await?;
    let signing_keys = accounts::reseal(&*write, vault).await?;
    write.commit(Clock::system().now()).await?;
    Ok(cases + introduced + signing_keys)
}

async fn forget_old(db: &Database, source: &Source, at_once: bool) -> Result<Outcome, Failure> {
    let Source::File(file) = source else {
        return Err(Failure::misuse(
            "the master keys are given by a setting: strike the old ones there, after `zhanjian keys reseal`",
        ));
    };
    if !at_once {
        wait_for_nodes(file)?;
    }
    let vault = service::open_vault(db, source).await?;
    // What is still sealed under an old key would be lost.
    carry_over(db, &vault).await?;
    let struck = vault.forget_old(file)?;
    if struck.is_empty() {
        super::tell("there are no old keys");
    } else {
        entered(db, "forgetOldKeys", struck.join(" ")).await?;
        super::say(&format!("struck {}", struck.join(" ")));
    }
    Ok(Outcome::Done)
}

/// How long a running node may go on sealing under the key that was current before: it reads the file every minute.
const TAKEN_UP_WITHIN: TimeDelta = TimeDelta::minutes(2);

/// Refuses while a running node may still seal something under a key that is to be struck: that would be lost.
fn wait_for_nodes(file: &Path) -> Result<(), Failure> {
    let changed = std::fs::metadata(file).and_then(|file| file.modified());
    let changed: DateTime<Utc> =
        changed.map_err(|cause| Failure::new(format!("{}: {cause}", file.display())))?.into();
    let left = TAKEN_UP_WITHIN - (Clock::system().now() - changed);
    if left <= TimeDelta::zero() {
        return Ok(());
    }
    Err(Failure::misuse(format!(
        "{} has changed a moment ago, and running nodes may not have taken up the new key: come again in {} seconds, or \
         give --at-once where none is running",
        file.display(),
        left.num_seconds() + 1
    )))
}

async fn rotate_signing(db: &Database, vault: &Vault) -> Result<Outcome, Failure> {
    let kid = accounts::rotate(db, vault, Clock::system().now()).await?;
    entered(db, "rotateSigningKey", kid.clone()).await?;
    super::say(&kid);
    super::tell(
        "running nodes sign with the new key within a minute; tokens that were signed before stay good until they end",
    );
    Ok(Outcome::Done)
}

async fn entered(
    db: &Database,
    action: &'static str,
    said: impl Into<String>,
) -> Result<(), Failure> {
    let now = Clock::system().now();
    let write = db.write().await?;
    audit::by_operator(&*write, Entry::new(action).saying(said), now).await?;
    write.commit(now).await?;
    Ok(())
}
