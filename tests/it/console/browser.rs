//! A browser without scripts: keeps cookies, follows links and redirects, fills in forms as they stand in the page.

use axum::{
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use scraper::{ElementRef, Html, Selector};
use zhanjian::access::Role;

use crate::support::{House, Reply};

/// Somebody's browser at the pages of a house.
pub struct Browser<'a> {
    house: &'a House,
    cookies: Vec<(String, String)>,
    language: &'static str,
}

/// A page as it was read.
#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
    /// Where it was found, after all redirects.
    pub address: String,
}

impl<'a> Browser<'a> {
    /// A new browser, whose reader prefers Chinese.
    pub fn new(house: &'a House) -> Self {
        Self { house, cookies: Vec::new(), language: "zh-CN,zh;q=0.9" }
    }

    /// A browser whose reader prefers English.
    pub fn in_english(house: &'a House) -> Self {
        Self { language: "en", ..Self::new(house) }
    }

    /// The browser of somebody on the register who has signed in.
    pub async fn of(house: &'a House, role: Role, place: &str) -> Self {
        let member = house.signed_in(role, place).await;
        let mut browser = Self::new(house);
        browser.set_cookie("zhanjian-access", member.bearer());
        browser
    }

    /// Signs in by the form.
    pub async fn sign_in(&mut self, login: &str, password: &str) -> Page {
        let page = self.open("/sign-in").await;
        let fields = [("login", login), ("password", password)];
        self.send(&page, "form[action='/sign-in']", &fields).await
    }

    /// What a cookie says.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Has a cookie say something else, or nothing.
    pub fn set_cookie(&mut self, name: &str, value: Option<&str>) {
        self.cookies.retain(|(known, _)| known != name);
        self.cookies.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    }

    /// Opens a page, and goes where it leads.
    pub async fn open(&mut self, address: &str) -> Page {
        self.follow(Request::get(address).body(Body::empty()).unwrap(), address).await
    }

    /// Opens a page that must be there.
    pub async fn read(&mut self, address: &str) -> Page {
        let page = self.open(address).await;
        assert_eq!(page.status, StatusCode::OK, "{address}: {}", page.html);
        page
    }

    /// Sends a form of a page with what stands in it, and fields filled in; every field must be one of the form.
    pub async fn send(&mut self, page: &Page, form: &str, fields: &[(&str, &str)]) -> Page {
        let (action, method, mut all) = page.form(form);
        for (name, _) in fields {
            assert!(page.has(&format!("{form} [name='{name}']")), "there is no {name} in {form}");
            all.retain(|(known, _)| known != name);
        }
        all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
        if method == "get" {
            return self.open(&format!("{action}?{body}")).await;
        }
        self.post(&action, &body).await
    }

    /// Sends a body as forms are sent, as it is.
    pub async fn post(&mut self, address: &str, body: &str) -> Page {
        let request = Request::post(address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.to_owned()));
        self.follow(request.unwrap(), address).await
    }

    /// Sends any request with the cookies of this browser, and goes nowhere.
    pub async fn ask(&mut self, mut request: Request<Body>) -> Reply {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let headers = request.headers_mut();
        if !cookies.is_empty() {
            headers.insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        headers.insert(header::ACCEPT_LANGUAGE, self.language.parse().unwrap());
        headers.entry(header::ACCEPT).or_insert("text/html".parse().unwrap());
        let reply = self.house.send(request).await;
        for kept in reply.headers.get_all(header::SET_COOKIE) {
            let kept = kept.to_str().unwrap();
            let (pair, attributes) = kept.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.set_cookie(name, (!attributes.contains("Max-Age=0")).then_some(value));
        }
        reply
    }

    async fn follow(&mut self, request: Request<Body>, address: &str) -> Page {
        let mut reply = self.ask(request).await;
        let mut address = address.to_owned();
        for _ in 0..5 {
            if !reply.status.is_redirection() {
                break;
            }
            reply.headers[header::LOCATION].to_str().unwrap().clone_into(&mut address);
            let path = address.split('#').next().unwrap_or_default();
            reply = self.ask(Request::get(path).body(Body::empty()).unwrap()).await;
        }
        Page { status: reply.status, headers: reply.headers, html: reply.text, address }
    }
}

impl Page {
    /// Whether anything in the page is as a selector of CSS says.
    pub fn has(&self, selector: &str) -> bool {
        !self.texts(selector).is_empty()
    }

    /// The texts of all that is as a selector says, each without the space around it.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let document = Html::parse_document(&self.html);
        let text = |element: ElementRef<'_>| {
            let text: String = element.text().collect();
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        document.select(&parsed(selector)).map(text).collect()
    }

    /// The text of the first that is as a selector says.
    #[track_caller]
    pub fn text(&self, selector: &str) -> String {
        let mut found = self.texts(selector);
        assert!(!found.is_empty(), "no {selector} in {}", self.html);
        found.swap_remove(0)
    }

    /// An attribute of the first that is as a selector says.
    #[track_caller]
    pub fn attribute(&self, selector: &str, name: &str) -> String {
        let document = Html::parse_document(&self.html);
        let found = document.select(&parsed(selector)).find_map(|it| it.value().attr(name));
        found.unwrap_or_else(|| panic!("no {name} of {selector} in {}", self.html)).to_owned()
    }

    /// Where the first link with a text leads.
    #[track_caller]
    pub fn link(&self, text: &str) -> String {
        let document = Html::parse_document(&self.html);
        let found = document.select(&parsed("a[href]")).find(|it| {
            let said: String = it.text().collect();
            said.contains(text)
        });
        let found = found.unwrap_or_else(|| panic!("no link {text} in {}", self.html));
        found.value().attr("href").unwrap().to_owned()
    }

    /// Action, method and what stands in the fields of a form; a button is not pressed.
    #[track_caller]
    fn form(&self, selector: &str) -> (String, String, Vec<(String, String)>) {
        let document = Html::parse_document(&self.html);
        let form = document.select(&parsed(selector)).next();
        let form = form.unwrap_or_else(|| panic!("no {selector} in {}", self.html));
        let mut fields = Vec::new();
        for field in form.select(&parsed("input[name], textarea[name], select[name]")) {
            let value = field.value();
            let name = value.attr("name").unwrap().to_owned();
            match value.name() {
                "textarea" => fields.push((name, field.text().collect())),
                "select" => {
                    let options: Vec<_> = field.select(&parsed("option")).collect();
                    let chosen = options.iter().find(|it| it.value().attr("selected").is_some());
                    if let Some(option) = chosen.or(options.first()) {
                        let said: String = option.text().collect();
                        let value = option.value().attr("value").map_or(said, str::to_owned);
                        fields.push((name, value));
                    }
                }
                _ if matches!(value.attr("type"), Some("checkbox" | "radio"))
                    && value.attr("checked").is_none() => {}
                _ => fields.push((name, value.attr("value").unwrap_or("on").to_owned())),
            }
        }
        let value = form.value();
        let action = value.attr("action").unwrap_or(&self.address).to_owned();
        (action, value.attr("method").unwrap_or("get").to_owned(), fields)
    }
}

fn parsed(selector: &str) -> Selector {
    Selector::parse(selector).unwrap_or_else(|fault| panic!("{selector}: {fault}"))
}
