//! How the outcome of a change looks from outside: the thing as it is now, the faults that a form can show, and the
//! revision to search with.

use async_graphql::{Context, MaybeUndefined, SimpleObject};
use sea_orm::prelude::Uuid;

use super::Wanted;
use crate::{
    app::Ctx,
    audit::{self, Entry},
    error::{Done, Error, Fault, Result, RuleCode},
    scalars::RevisionScalar,
};

/// A change that was refused for a reason that whoever filled in the form can mend.
#[derive(Clone, Debug, SimpleObject)]
pub struct UserError {
    /// Which kind of fault, for programs.
    code: RuleCode,
    /// Where in the input it lies.
    path: Vec<String>,
    /// What is wrong and the way out, for people, in the language of the request.
    message: String,
    /// The version that the thing has now, where somebody else was faster.
    current_version: Option<i32>,
}

impl UserError {
    /// An error as a fault of the form, if it is one.
    pub fn of(ctx: &Ctx, error: &Error) -> Option<Self> {
        let (code, field, current_version) = match error {
            Error::Invalid { field, .. } => (RuleCode::Invalid, field.as_str(), None),
            Error::Rule { code, field, .. } => (*code, field.as_str(), None),
            Error::Conflict { present } => (RuleCode::Conflict, "version", Some(*present)),
            _ => return None,
        };
        let mut path = vec!["input".to_owned()];
        path.extend(field.split('.').filter(|part| !part.is_empty()).map(str::to_owned));
        let message = error.message(ctx.visitor.language);
        Some(Self { code, path, message, current_version })
    }
}

/// What is left out of an input stays as it is; what is null becomes nothing.
impl<T> From<MaybeUndefined<T>> for Wanted<Option<T>> {
    fn from(given: MaybeUndefined<T>) -> Self {
        match given {
            MaybeUndefined::Undefined => Self::AsItIs,
            MaybeUndefined::Null => Self::To(None),
            MaybeUndefined::Value(value) => Self::To(Some(value)),
        }
    }
}

/// What a mutation was asked, so that asking again does it once.
#[derive(Clone, Debug)]
pub struct Once {
    /// The mutation, and the alias under which it was asked.
    pub mutation: String,
    /// The client's own id for it.
    pub key: String,
    /// The arguments as they were sent.
    pub input: String,
}

impl Once {
    /// What was asked, if the client gave an id for it: in the input, or for the whole request in a header.
    pub fn of(context: &Context<'_>, ctx: &Ctx, client_mutation_id: Option<&str>) -> Option<Self> {
        let header = ctx.visitor.idempotency_key.as_deref();
        let key = client_mutation_id.or(header)?.to_owned();
        let field = context.field();
        let mutation = match field.alias() {
            // Two of one kind in one request under one header are two.
            Some(alias) if client_mutation_id.is_none() => format!("{}:{alias}", field.name()),
            _ => field.name().to_owned(),
        };
        let arguments = field.arguments().unwrap_or_default();
        let input = arguments.iter().fold(String::new(), |mut input, (name, value)| {
            input.extend([name.as_str(), "=", &value.to_string(), "\n"]);
            input
        });
        Some(Self { mutation, key, input })
    }
}

/// What a mutation answers with, before it is put into its own payload.
#[derive(Debug)]
pub struct Answered<N> {
    /// The thing as it is now; absent where there is none or nothing was made.
    pub node: Option<N>,
    /// Why nothing was changed; empty where it was.
    pub user_errors: Vec<UserError>,
    /// The revision of the change.
    pub revision: Option<RevisionScalar>,
}

/// Turns the outcome of a rule into an answer: what the caller can mend in the form becomes a user error beside the
/// thing as it is now; what was refused is entered into the audit log and becomes an error of the request.
///
/// `about` is the thing that the change was about, where it was there before.
pub async fn answered<N>(
    ctx: &Ctx,
    refused: Entry,
    about: Option<Uuid>,
    outcome: Result<Done>,
    load: impl AsyncFnOnce(Uuid) -> Result<Option<N>>,
) -> Result<Answered<N>, Fault> {
    let (id, revision, user_errors) = match outcome {
        Ok(done) | Err(Error::AlreadyDone(done)) => (Some(done.id), done.revision, Vec::new()),
        Err(error) => {
            let Some(told) = UserError::of(ctx, &error) else {
                audit::refuse(ctx, refused, &error).await;
                return Err(error.into());
            };
            if matches!(error, Error::Rule { .. }) {
                audit::refuse(ctx, refused, &error).await;
            }
            (about, None, vec![told])
        }
    };
    let node = match id {
        Some(id) => load(id).await?,
        None => None,
    };
    Ok(Answered { node, user_errors, revision: revision.map(RevisionScalar) })
}

/// Defines the payload of a mutation: the changed thing under its own name, the user errors, the revision.
macro_rules! payload {
    ($name:ident { $field:ident: $node:ty = $description:literal }) => {
        #[doc = concat!("What came of it: ", $description)]
        #[derive(async_graphql::SimpleObject)]
        pub(crate) struct $name {
            #[doc = $description]
            $field: Option<$node>,
            /// Why nothing was changed; empty where it was.
            user_errors: Vec<$crate::change::UserError>,
            /// The revision of the change: given to `search(atLeast:)`, it waits until the change is found.
            revision: Option<$crate::scalars::RevisionScalar>,
            /// The id that the client gave to this change.
            client_mutation_id: Option<String>,
        }

        impl $name {
            /// The payload of an answer.
            pub(crate) fn new(
                answered: $crate::change::Answered<$node>,
                client_mutation_id: Option<String>,
            ) -> Self {
                let $crate::change::Answered { node, user_errors, revision } = answered;
                Self { $field: node, user_errors, revision, client_mutation_id }
            }
        }
    };
}
pub(crate) use payload;
