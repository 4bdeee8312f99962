//! Writes XML, element by element.

/// A document while it is written.
#[derive(Debug, Default)]
pub struct Xml {
    text: String,
    open: Vec<&'static str>,
}

impl Xml {
    /// A document in UTF-8, with its first line.
    pub fn document() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), open: Vec::new() }
    }

    /// Begins an element.
    pub fn begin(&mut self, name: &'static str, attributes: &[(&str, &str)]) -> &mut Self {
        self.tag(name, attributes);
        self.text.push('>');
        self.open.push(name);
        self
    }

    /// Ends the element that was begun last.
    pub fn end(&mut self) -> &mut Self {
        if let Some(name) = self.open.pop() {
            self.text.push_str("</");
            self.text.push_str(name);
            self.text.push('>');
        }
        self
    }

    /// An element with nothing but a text in it.
    pub fn text(
        &mut self,
        name: &'static str,
        attributes: &[(&str, &str)],
        text: &str,
    ) -> &mut Self {
        self.begin(name, attributes);
        self.escape(text, false);
        self.end()
    }

    /// An element with a text, where there is one.
    pub fn optional(&mut self, name: &'static str, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(name, &[], text),
            None => self,
        }
    }

    /// An element with nothing in it.
    pub fn empty(&mut self, name: &'static str, attributes: &[(&str, &str)]) -> &mut Self {
        self.tag(name, attributes);
        self.text.push_str("/>");
        self
    }

    /// The document, all its elements ended.
    pub fn done(mut self) -> String {
        while !self.open.is_empty() {
            self.end();
        }
        self.text
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.text.push('<');
        self.text.push_str(name);
        for (name, value) in attributes {
            self.text.push(' ');
            self.text.push_str(name);
            self.text.push_str("=\"");
            self.escape(value, true);
            self.text.push('"');
        }
    }

    /// Leaves out what no XML document may hold, not even escaped (XML 1.0, section 2.2).
    fn escape(&mut self, text: &str, in_attribute: bool) {
        for sign in text.chars() {
            match sign {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' if in_attribute => self.text.push_str("&quot;"),
                // A reader would make another sign of it, were it not escaped.
                '\r' => self.text.push_str("&#13;"),
                '\n' if in_attribute => self.text.push_str("&#10;"),
                '\t' if in_attribute => self.text.push_str("&#9;"),
                sign if super::read::is_allowed(sign) => self.text.push(sign),
                _ => {}
            }
        }
    }
}

/// Writes an element that was read, whose text comes before what is in it; nothing where that takes more bytes.
pub(super) fn element(element: &super::Element, most: usize) -> Option<String> {
    let mut xml = Xml::default();
    copy(&mut xml, element, "", most)?;
    Some(xml.text)
}

fn copy(xml: &mut Xml, element: &super::Element, namespace: &str, most: usize) -> Option<()> {
    let declared = (*element.namespace != *namespace).then_some(("xmlns", &*element.namespace));
    let attributes = element.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let attributes: Vec<(&str, &str)> = declared.into_iter().chain(attributes).collect();
    xml.tag(&element.name, &attributes);
    xml.text.push('>');
    xml.escape(element.text.trim(), false);
    for child in &element.children {
        // As deep as the document was, which is bounded.
        copy(xml, child, &element.namespace, most)?;
    }
    xml.text.push_str("</");
    xml.text.push_str(&element.name);
    xml.text.push('>');
    (xml.text.len() <= most).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_it_is_escaped_and_what_may_not_stand_there_is_left_out() {
        let mut xml = Xml::default();
        xml.begin("a", &[("b", "\"<\n")]).text("c", &[], "1 < 2 & 3 > 2 \u{0}\u{b}\u{ffff}\r\n");
        assert_eq!(
            xml.done(),
            "<a b=\"&quot;&lt;&#10;\"><c>1 &lt; 2 &amp; 3 &gt; 2 &#13;\n</c></a>"
        );
    }
}
