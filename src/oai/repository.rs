//! Answers the verbs.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::prelude::Uuid;

use super::{
    NAMESPACE, Settings,
    formats::Format,
    records::{self, Page},
    request::{self, Arguments, Fault, List, Verb, written},
    sets,
    token::Token,
};
use crate::{
    access::Viewer,
    app::{App, Ctx},
    error::Result,
    research::public::{self, Span, Standing},
    xml::Xml,
};

/// The repository that others harvest.
#[derive(Clone)]
pub struct Repository {
    app: Arc<App>,
    settings: Arc<Settings>,
}

/// What is said in answer to a verb.
enum Said {
    Identify { earliest: DateTime<Utc> },
    Formats,
    Sets(Vec<(String, String)>),
    Record { page: Page, format: Format },
    Records { page: Page, format: Format, token: Option<Given> },
    Headers { page: Page, token: Option<Given> },
}

/// The token that ends a part of a list; empty in the last one.
struct Given {
    text: String,
    size: u64,
    cursor: u64,
}

/// A list, and where in it one is.
struct Course {
    format: Format,
    from: Option<DateTime<Utc>>,
    before: DateTime<Utc>,
    set: Option<String>,
    after: Option<(DateTime<Utc>, Uuid)>,
    given: u64,
    /// How many there were in all when the list began, where it goes on.
    size: Option<u64>,
}

fn course(list: List, now: DateTime<Utc>) -> Result<Course, Fault> {
    match list {
        List::Next { token } => {
            let Token { format, from, before, set, after, given, size } = Token::decode(&token)?;
            Ok(Course { format, from, before, set, after: Some(after), given, size: Some(size) })
        }
        List::First { format, from, before, set } => {
            // What changes while the list is being read belongs to the next one.
            let ends = now + chrono::Duration::microseconds(1);
            let before = before.map_or(ends, |before| before.min(ends));
            Ok(Course { format, from, before, set, after: None, given: 0, size: None })
        }
    }
}

impl Repository {
    /// The repository of a service.
    pub fn new(app: Arc<App>, settings: Arc<Settings>) -> Self {
        Self { app, settings }
    }

    /// The address of a record as an XML document of a format.
    pub fn address_of(&self, id: Uuid, format: Format) -> String {
        let (base, identifier) = (self.settings.base_url(), self.settings.identifier(id));
        let prefix = format.prefix();
        let encoded: String = form_urlencoded::byte_serialize(identifier.as_bytes()).collect();
        format!("{base}?verb=GetRecord&metadataPrefix={prefix}&identifier={encoded}")
    }

    /// Answers a request by its parameters, as they stand in an address or in a form. The answer is an XML document, also
    /// where it tells of an error of the protocol; an error of this function is a fault of ours.
    pub async fn answer(&self, parameters: &[u8]) -> Result<String> {
        let ctx = Ctx::new(Arc::clone(&self.app), Viewer::anonymous());
        let arguments = request::read(parameters);
        let said = match request::understand(&arguments) {
            Ok(verb) => self.say(&ctx, verb).await?,
            Err(fault) => Err(fault),
        };
        Ok(self.document(&ctx, &arguments, &said))
    }

    async fn say(&self, ctx: &Ctx, verb: Verb) -> Result<Result<Said, Fault>> {
        Ok(match verb {
            Verb::Identify => {
                let earliest = public::earliest(ctx.db(), ctx.now()).await?;
                Ok(Said::Identify { earliest: earliest.unwrap_or_else(|| ctx.now()) })
            }
            Verb::ListMetadataFormats { identifier: None } => Ok(Said::Formats),
            Verb::ListMetadataFormats { identifier: Some(identifier) } => {
                self.record(ctx, &identifier).await?.map(|_| Said::Formats)
            }
            Verb::ListSets { token: None } => Ok(Said::Sets(sets::all(ctx).await?)),
            // They all stand in one answer.
            Verb::ListSets { token: Some(_) } => Err(Fault::token()),
            Verb::GetRecord { identifier, format } => {
                self.record(ctx, &identifier).await?.map(|page| Said::Record { page, format })
            }
            Verb::List { whole, list } => self.list(ctx, whole, list).await?,
        })
    }

    async fn record(&self, ctx: &Ctx, identifier: &str) -> Result<Result<Page, Fault>> {
        let unknown = || Err(Fault::new("idDoesNotExist", "there is no record of this identifier"));
        let Some(id) = self.settings.id_of(identifier) else { return Ok(unknown()) };
        let (standing, found) = public::standing(ctx.db(), id, ctx.now()).await?;
        match (standing, found) {
            (Standing::Never, _) | (_, None) => Ok(unknown()),
            (_, Some((listed, _))) => Ok(Ok(records::of(ctx, vec![listed]).await?)),
        }
    }

    async fn list(&self, ctx: &Ctx, whole: bool, list: List) -> Result<Result<Said, Fault>> {
        let now = ctx.now();
        let Course { format, from, before, set, after, given, size } = match course(list, now) {
            Ok(course) => course,
            Err(fault) => return Ok(Err(fault)),
        };
        let chosen = match sets::chosen(ctx, set.as_deref()).await? {
            Ok(chosen) => chosen,
            Err(fault) => return Ok(Err(fault)),
        };
        let span = Span { from, before, kind: chosen.kind, organization: chosen.organization };
        let page = records::page(ctx, &span, after, self.settings.page).await?;
        if page.len() == 0 && size.is_none() {
            let text = "there is nothing in this span of time and this set";
            return Ok(Err(Fault::new("noRecordsMatch", text)));
        }
        let goes_on = size.is_some();
        let size = match size {
            Some(size) => size,
            None if page.more => public::count(ctx.db(), &span, now).await?,
            None => page.len(),
        };
        let next = page.last().filter(|_| page.more).map(|after| {
            let given = given.saturating_add(page.len());
            Token { format, from, before, set, after, given, size }.encode()
        });
        let in_parts = goes_on || next.is_some();
        let token = in_parts.then(|| Given { text: next.unwrap_or_default(), size, cursor: given });
        Ok(Ok(if whole {
            Said::Records { page, format, token }
        } else {
            Said::Headers { page, token }
        }))
    }

    fn document(&self, ctx: &Ctx, arguments: &Arguments, said: &Result<Said, Fault>) -> String {
        let mut xml = Xml::document();
        let location = format!("{NAMESPACE} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd");
        let attributes = [
            ("xmlns", NAMESPACE),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
            ("xsi:schemaLocation", location.as_str()),
        ];
        xml.begin("OAI-PMH", &attributes).text("responseDate", &[], &written(ctx.now()));
        let hidden = said.as_ref().err().is_some_and(Fault::hides_arguments);
        let shown: Vec<(&str, &str)> = arguments
            .iter()
            .filter(|_| !hidden)
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        xml.text("request", &shown, &self.settings.base_url());
        match said {
            Ok(said) => self.write(&mut xml, said),
            Err(fault) => {
                xml.text("error", &[("code", fault.code)], &fault.message);
            }
        }
        xml.done()
    }

    fn write(&self, xml: &mut Xml, said: &Said) {
        match said {
            Said::Identify { earliest } => self.write_identify(xml, *earliest),
            Said::Formats => {
                xml.begin("ListMetadataFormats", &[]);
                for format in Format::ALL {
                    xml.begin("metadataFormat", &[])
                        .text("metadataPrefix", &[], format.prefix())
                        .text("schema", &[], format.schema())
                        .text("metadataNamespace", &[], format.namespace())
                        .end();
                }
            }
            Said::Sets(sets) => {
                xml.begin("ListSets", &[]);
                for (spec, name) in sets {
                    xml.begin("set", &[])
                        .text("setSpec", &[], spec)
                        .text("setName", &[], name)
                        .end();
                }
            }
            Said::Record { page, format } => {
                xml.begin("GetRecord", &[]);
                page.write(xml, *format, &self.settings);
            }
            Said::Records { page, format, token } => {
                xml.begin("ListRecords", &[]);
                page.write(xml, *format, &self.settings);
                write_token(xml, token.as_ref());
            }
            Said::Headers { page, token } => {
                xml.begin("ListIdentifiers", &[]);
                page.write_headers(xml, &self.settings);
                write_token(xml, token.as_ref());
            }
        }
    }

    fn write_identify(&self, xml: &mut Xml, earliest: DateTime<Utc>) {
        let settings = &self.settings;
        xml.begin("Identify", &[])
            .text("repositoryName", &[], &settings.name)
            .text("baseURL", &[], &settings.base_url())
            .text("protocolVersion", &[], "2.0")
            .text("adminEmail", &[], &settings.admin_email)
            .text("earliestDatestamp", &[], &written(earliest))
            .text("deletedRecord", &[], "persistent")
            .text("granularity", &[], "YYYY-MM-DDThh:mm:ssZ");
        if !is_domain(&settings.namespace) {
            return;
        }
        let namespace = "http://www.openarchives.org/OAI/2.0/oai-identifier";
        let location = format!("{namespace} {namespace}.xsd");
        let attributes = [("xmlns", namespace), ("xsi:schemaLocation", location.as_str())];
        xml.begin("description", &[])
            .begin("oai-identifier", &attributes)
            .text("scheme", &[], "oai")
            .text("repositoryIdentifier", &[], &settings.namespace)
            .text("delimiter", &[], ":")
            .text("sampleIdentifier", &[], &settings.identifier(Uuid::nil()))
            .end()
            .end();
    }
}

fn write_token(xml: &mut Xml, token: Option<&Given>) {
    let Some(token) = token else { return };
    let (size, cursor) = (token.size.to_string(), token.cursor.to_string());
    let attributes = [("completeListSize", size.as_str()), ("cursor", cursor.as_str())];
    xml.text("resumptionToken", &attributes, &token.text);
}

/// Whether a name is one that the schema of identifiers takes: labels that begin with a letter, joined by points.
fn is_domain(name: &str) -> bool {
    let label = |label: &str| {
        label.starts_with(|sign: char| sign.is_ascii_alphabetic())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.contains('.') && name.split('.').all(label)
}
