//! The commented settings file that `zhanjian schema --settings` prints and `docs/zhanjian.example.toml` keeps.

use std::fmt::Write as _;

use super::{
    Config,
    draft::{Described, Draft},
    sources::Sources,
};

const HEAD: &str = "\
# Settings of Zhanjian. Every line that is commented out shows the default, or an example where a setting has none.
#
# Looked for as ./zhanjian.toml, then as zhanjian.toml in the data folder, or where --config or ZHANJIAN_CONFIG says.
# Each setting can also be given as an environment variable, which wins over this file: http.rate_burst is
# ZHANJIAN_HTTP_RATE_BURST, arrays separated by commas. The flags --listen, --data-dir and --database-url win over both.
# Sizes are bytes or carry a unit (KiB, MiB, GiB), time spans always do (ms, s, m, h, d).
# An unknown key or a bad value stops the start with a sentence that names it.
";

/// Every setting with its meaning and its default, as a settings file in which nothing is set.
#[must_use]
pub fn example() -> String {
    let (sections, settings) = described();
    let mut text = HEAD.to_owned();
    let mut section = "";
    for setting in settings {
        let (inside, name) = setting.key.split_once('.').unwrap_or(("", setting.key));
        if inside != section {
            let about =
                sections.iter().find(|(name, _)| *name == inside).map_or("", |(_, about)| *about);
            push(&mut text, &format!("\n# {about}\n[{inside}]\n"));
            section = inside;
        } else if section.is_empty() {
            text.push('\n');
        }
        push(
            &mut text,
            &format!("# {}{}\n", setting.about, if setting.is_default { "" } else { " Example:" }),
        );
        push(&mut text, &format!("#{name} = {}\n", setting.example));
    }
    text
}

/// What [`Config::read`] says about itself: the sections, and the settings in order.
pub(super) fn described() -> (Vec<(&'static str, &'static str)>, Vec<Described>) {
    let mut draft = Draft::new(Sources::default(), Vec::new());
    Config::read(&mut draft);
    draft.into_descriptions()
}

fn push(text: &mut String, more: &str) {
    text.write_str(more).expect("writing to a String cannot fail");
}
