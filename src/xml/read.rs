//! Reads XML into a tree, within bounds.
//!
//! A document type is refused, and with it every entity that a document could declare: no billion laughs, no file of
//! this machine, no address of another. Depth, number of elements and length are bounded before anything grows.

use std::{collections::HashSet, sync::Arc};

use quick_xml::{
    NsReader,
    events::{BytesStart, Event},
    name::ResolveResult,
};

/// The longest name of a namespace: people who name theirs are brief.
const MAX_NAMESPACE: usize = 1_000;

/// How much of a document is read.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes.
    pub bytes: usize,
    /// Elements within each other.
    pub depth: usize,
    /// Elements and attributes.
    pub elements: usize,
}

/// Why a document is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// It is no XML, or not all of it came.
    #[error("is not well-formed XML (byte {at}): {why}")]
    Broken {
        /// Where in the document.
        at: u64,
        /// What is wrong there.
        why: String,
    },
    /// It is larger, deeper or wider than is read.
    #[error("is {0} than is read")]
    TooMuch(&'static str),
    /// It declares a document type, or refers to an entity that only one could declare.
    #[error("declares or uses entities of its own, which is not accepted")]
    Entities,
    /// It is in another character set than UTF-8.
    #[error("is not in UTF-8")]
    NotUtf8,
}

/// An element with what is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Its namespace; empty for none. All elements of a namespace share one text.
    pub namespace: Arc<str>,
    /// Its name without a prefix.
    pub name: String,
    /// Its attributes by their names without prefixes.
    pub attributes: Vec<(String, String)>,
    /// The text that stands in it, that of its children left out.
    pub text: String,
    /// The elements in it.
    pub children: Vec<Element>,
}

impl Element {
    /// The children of a name, whatever their namespace.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first child of a name.
    pub fn first(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The text of it, white space around it left out.
    pub fn trimmed(&self) -> &str {
        self.text.trim()
    }

    /// The element as a document writes it, unless that takes more bytes than these; prefixes are written out as
    /// namespaces, which can be far longer than the document was.
    pub fn written(&self, most: usize) -> Option<String> {
        super::write::element(self, most)
    }

    /// The element of a name and namespace, wherever in it.
    pub fn find(&self, namespace: &str, name: &str) -> Option<&Element> {
        if self.name == name && *self.namespace == *namespace {
            return Some(self);
        }
        // As deep as the document may be, which is bounded.
        self.children.iter().find_map(|child| child.find(namespace, name))
    }
}

/// Whether XML 1.0 allows a character (section 2.2).
pub(super) fn is_allowed(sign: char) -> bool {
    matches!(sign, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Reads a document.
pub fn read(bytes: &[u8], bounds: Bounds) -> Result<Element, XmlError> {
    if bytes.len() > bounds.bytes {
        return Err(XmlError::TooMuch("longer"));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| XmlError::NotUtf8)?;
    let (reader, left) = (NsReader::from_str(text), bounds.elements);
    Reading { reader, bounds, left, open: Vec::new(), namespaces: HashSet::new() }.document()
}

struct Reading<'a> {
    reader: NsReader<&'a [u8]>,
    bounds: Bounds,
    left: usize,
    open: Vec<Element>,
    /// The namespaces so far: each is kept once, however many elements are of it.
    namespaces: HashSet<Arc<str>>,
}

impl Reading<'_> {
    fn document(mut self) -> Result<Element, XmlError> {
        let mut root = None;
        loop {
            let event = self.reader.read_event();
            let event = event.map_err(|fault| self.broken(&fault.to_string()))?;
            match event {
                Event::Start(tag) => {
                    if root.is_some() {
                        return Err(self.broken("something follows the end of the document"));
                    }
                    let element = self.element(&tag)?;
                    if self.open.len() >= self.bounds.depth {
                        return Err(XmlError::TooMuch("deeper"));
                    }
                    self.open.push(element);
                }
                Event::Empty(tag) => {
                    if root.is_some() {
                        return Err(self.broken("something follows the end of the document"));
                    }
                    let element = self.element(&tag)?;
                    self.close(element, &mut root);
                }
                Event::End(_) => match self.open.pop() {
                    Some(element) => self.close(element, &mut root),
                    None => return Err(self.broken("an element ends that has not begun")),
                },
                Event::Text(text) => self.add(&text.xml10_content()),
                Event::CData(text) => self.add(&text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let sign = match reference.resolve_char_ref() {
                        Ok(Some(sign)) => Some(sign),
                        Ok(None) => Some(predefined(&reference.xml10_content())?),
                        // A number that is no character: repositories write those, and nothing is lost without it.
                        Err(_) => None,
                    };
                    self.add(sign.map(String::from).as_deref().unwrap_or_default());
                }
                Event::DocType(_) => return Err(XmlError::Entities),
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
                Event::Eof => break,
            }
        }
        if !self.open.is_empty() {
            return Err(self.broken("the document ends within an element"));
        }
        root.ok_or_else(|| self.broken("there is no element"))
    }

    fn element(&mut self, tag: &BytesStart<'_>) -> Result<Element, XmlError> {
        self.count()?;
        let (namespace, name) = self.reader.resolver().resolve_element(tag.name());
        let namespace = match namespace {
            ResolveResult::Bound(namespace) => kept(&mut self.namespaces, namespace.0)?,
            ResolveResult::Unbound | ResolveResult::Unknown(_) => Arc::default(),
        };
        let name = name.as_ref().to_owned();
        let mut attributes = Vec::new();
        // Unchecked: whether a name stands twice would be looked up among all others, for each of them.
        for attribute in tag.attributes().with_checks(false) {
            self.count()?;
            let attribute = attribute.map_err(|fault| self.broken(&fault.to_string()))?;
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
            let value = value.map_err(|_| XmlError::Entities)?.into_owned();
            attributes.push((attribute.key.local_name().as_ref().to_owned(), value));
        }
        Ok(Element { namespace, name, attributes, ..Element::default() })
    }

    fn count(&mut self) -> Result<(), XmlError> {
        self.left = self.left.checked_sub(1).ok_or(XmlError::TooMuch("wider"))?;
        Ok(())
    }

    fn close(&mut self, element: Element, root: &mut Option<Element>) {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => *root = Some(element),
        }
    }

    fn add(&mut self, text: &str) {
        if let Some(element) = self.open.last_mut() {
            element.text.extend(text.chars().filter(|sign| is_allowed(*sign)));
        }
    }

    fn broken(&self, why: &str) -> XmlError {
        XmlError::Broken { at: self.reader.error_position(), why: why.to_owned() }
    }
}

/// The one text that stands for a namespace.
fn kept(known: &mut HashSet<Arc<str>>, namespace: &str) -> Result<Arc<str>, XmlError> {
    if let Some(known) = known.get(namespace) {
        return Ok(Arc::clone(known));
    }
    if namespace.len() > MAX_NAMESPACE {
        return Err(XmlError::TooMuch("longer in its namespaces"));
    }
    let namespace: Arc<str> = namespace.into();
    known.insert(Arc::clone(&namespace));
    Ok(namespace)
}

/// The five entities that every document has.
fn predefined(name: &str) -> Result<char, XmlError> {
    match name {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(XmlError::Entities),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOUNDS: Bounds = Bounds { bytes: 1 << 20, depth: 16, elements: 1_000 };

    #[test]
    fn a_document_becomes_a_tree() {
        let text = "\u{feff}<?xml version='1.0'?><!-- x --><a xmlns='u:1' b='1 &amp; 2'><p:c xmlns:p='u:2'>x\
                    <![CDATA[<y>]]>&#x4e2d;&lt;&#0;</p:c><d/></a>\n";
        let root = read(text.as_bytes(), BOUNDS).expect("it is in order");
        assert_eq!((&*root.namespace, root.attribute("b")), ("u:1", Some("1 & 2")));
        assert_eq!(root.first("c").map(|c| c.text.as_str()), Some("x<y>中<"));
        assert!(root.find("u:2", "c").is_some() && root.find("u:1", "c").is_none());
        assert_eq!(root.children.len(), 2);
    }

    #[test]
    fn what_a_document_could_do_harm_with_is_refused() {
        let laughs = "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><l>&b;</l>";
        assert_eq!(read(laughs.as_bytes(), BOUNDS), Err(XmlError::Entities));
        let file = "<!DOCTYPE l [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><l>&a;</l>";
        assert_eq!(read(file.as_bytes(), BOUNDS), Err(XmlError::Entities));
        assert_eq!(read(b"<l>&a;</l>", BOUNDS), Err(XmlError::Entities));
        assert_eq!(read(b"<l b='&a;'/>", BOUNDS), Err(XmlError::Entities));
        let deep = "<a>".repeat(100_000);
        assert_eq!(read(deep.as_bytes(), BOUNDS), Err(XmlError::TooMuch("deeper")));
        let wide = format!("<a>{}</a>", "<b/>".repeat(2_000));
        assert_eq!(read(wide.as_bytes(), BOUNDS), Err(XmlError::TooMuch("wider")));
        let wide = format!("<a{}/>", " b=''".repeat(2_000));
        assert_eq!(read(wide.as_bytes(), BOUNDS), Err(XmlError::TooMuch("wider")));
        let long = "x".repeat((1 << 20) + 1);
        assert_eq!(read(long.as_bytes(), BOUNDS), Err(XmlError::TooMuch("longer")));
    }

    #[test]
    fn a_namespace_is_kept_once_for_all_that_are_of_it() {
        let text = format!("<a xmlns='u:{}'>{}</a>", "x".repeat(900), "<b/>".repeat(500));
        let root = read(text.as_bytes(), BOUNDS).expect("it is in order");
        assert!(root.children.iter().all(|child| Arc::ptr_eq(&child.namespace, &root.namespace)));
        let long = format!("<a xmlns='u:{}'/>", "x".repeat(MAX_NAMESPACE));
        let refused = read(long.as_bytes(), BOUNDS);
        assert_eq!(refused, Err(XmlError::TooMuch("longer in its namespaces")));
        // Written out, a namespace stands at each change.
        let both = "<p:b/><q:b/>".repeat(200);
        let space = "x".repeat(900);
        let text = format!("<a xmlns:p='p:{space}' xmlns:q='q:{space}'>{both}</a>");
        let root = read(text.as_bytes(), BOUNDS).expect("it is in order");
        assert_eq!(root.written(100_000), None);
        assert!(root.written(1 << 20).is_some_and(|text| text.len() > 360_000));
        assert_eq!(root.children[0].written(2_000).map(|text| text.len()), Some(918));
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for text in ["", " ", "<", "<a", "<a>", "</a>", "<a></b>", "<a/><b/>", "<a b=1/>", "{}"] {
            let fault = read(text.as_bytes(), BOUNDS).expect_err(text);
            assert!(matches!(fault, XmlError::Broken { .. }), "{text}: {fault}");
        }
        assert_eq!(read(b"<a>\xff</a>", BOUNDS), Err(XmlError::NotUtf8));
    }

    proptest! {
        #[test]
        fn anything_may_come(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes, BOUNDS);
        }

        #[test]
        fn anything_like_a_document_may_come(
            pieces in proptest::collection::vec(
                prop::sample::select(vec![
                    "<", ">", "/", "<a", "</a>", "<a>", " b='", "'", "\"", "&", ";", "&amp;", "&#", "&#x1;", "<!--",
                    "-->", "<![CDATA[", "]]>", "<?", "?>", "<!DOCTYPE", "[", "]", "xmlns:", "=", "中", "\u{0}", "x",
                ]),
                0..60,
            ),
        ) {
            let _ = read(pieces.concat().as_bytes(), BOUNDS);
        }

        #[test]
        fn what_is_written_is_read_back(text in "\\PC*", value in "\\PC*") {
            let mut xml = super::super::Xml::document();
            xml.text("a", &[("b", &value)], &text);
            let element = read(xml.done().as_bytes(), BOUNDS).expect("we wrote it");
            let kept = |text: &str| text.chars().filter(|sign| is_allowed(*sign)).collect::<String>();
            prop_assert_eq!(&element.text, &kept(&text));
            let value = kept(&value);
            prop_assert_eq!(element.attribute("b"), Some(value.as_str()));
        }
    }
}
