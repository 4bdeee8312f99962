//! A regulation among those that act on it and that it acts on, drawn: what is older stands on the left, what came later on
//! the right, and each line goes from what acts to what it acts on. The lists under the drawing say the same and more.

use super::document::{Coming, Document, Going};
use crate::console::{parts::RegulationName, texts::Texts};

/// Boxes and what is between them, in pixels.
const WIDTH: usize = 184;
const HEIGHT: usize = 66;
const ACROSS: usize = 92;
const DOWN: usize = 16;
const MARGIN: usize = 8;
/// Boxes above each other; there are more in the lists.
const MOST: usize = 7;
/// Signs in a line of a box, and how many lines.
const LINE: usize = 13;
const LINES: usize = 2;

/// A drawing.
pub(super) struct Graph {
    pub width: usize,
    pub height: usize,
    pub boxes: Vec<Drawn>,
    pub lines: Vec<Line>,
}

/// A regulation in it.
pub(super) struct Drawn {
    pub key: String,
    pub title: String,
    pub lines: Vec<String>,
    pub number: Option<String>,
    pub x: usize,
    pub y: usize,
    pub is_here: bool,
}

/// What one does to another.
pub(super) struct Line {
    pub path: String,
    pub label: String,
    pub x: usize,
    pub y: usize,
    pub is_end: bool,
}

/// A regulation in its column, and what it does to which of the column to the left, or what is done to it from the right.
struct Placed<'a> {
    name: &'a RegulationName,
    /// The kinds of what is done, with the place in the neighbouring column.
    acts: Vec<(String, usize)>,
}

impl Graph {
    /// The drawing; none where there is nothing around a regulation.
    pub(super) fn of(regulation: &Document, text: Texts) -> Option<Self> {
        if regulation.comes_by.is_empty() && regulation.goes_to.is_empty() {
            return None;
        }
        let later = columns(&regulation.comes_by);
        let earlier = columns(&regulation.goes_to);
        let columns: Vec<&Vec<Placed<'_>>> = earlier.iter().rev().chain(&later).collect();
        let tallest = columns.iter().map(|column| column.len()).max().unwrap_or_default().max(1);
        let height = 2 * MARGIN + tallest * (HEIGHT + DOWN) - DOWN;
        let here = earlier.len();
        let mut graph = Self {
            width: 2 * MARGIN + (columns.len() + 1) * (WIDTH + ACROSS) - ACROSS,
            height,
            boxes: Vec::new(),
            lines: Vec::new(),
        };
        graph.put(&regulation.facts.name, text, at(here, 0, 1, height), true);
        for (columns, step) in [(&later, 1_isize), (&earlier, -1)] {
            for (away, column) in columns.iter().enumerate() {
                let place =
                    here.saturating_add_signed(step * isize::try_from(away + 1).unwrap_or(0));
                let inner = place.saturating_add_signed(-step);
                let neighbours = if away == 0 { 1 } else { columns[away - 1].len() };
                for (row, placed) in column.iter().enumerate() {
                    let outer = at(place, row, column.len(), height);
                    graph.put(placed.name, text, outer, false);
                    for (kind, neighbour) in &placed.acts {
                        let inner = at(inner, *neighbour, neighbours, height);
                        let (from, to) = if step > 0 { (outer, inner) } else { (inner, outer) };
                        graph.join(kind, text, from, to);
                    }
                }
            }
        }
        Some(graph)
    }

    fn put(&mut self, name: &RegulationName, text: Texts, (x, y): (usize, usize), is_here: bool) {
        let title = name.title.of(&text).to_owned();
        self.boxes.push(Drawn {
            key: name.key.clone(),
            lines: broken(&title),
            title,
            number: name.number.clone(),
            x,
            y,
            is_here,
        });
    }

    /// A line from the left side of what acts to the right side of what it acts on.
    fn join(&mut self, kind: &str, text: Texts, from: (usize, usize), to: (usize, usize)) {
        let (x1, y1) = (from.0, from.1 + HEIGHT / 2);
        let (x2, y2) = (to.0 + WIDTH, to.1 + HEIGHT / 2);
        let middle = x1.midpoint(x2);
        self.lines.push(Line {
            path: format!("M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"),
            label: text.label("acts", kind).trim_end_matches(['：', ':']).to_owned(),
            x: middle,
            y: y1.midpoint(y2),
            is_end: kind == "REPLACES",
        });
    }
}

/// Where a box stands: columns are centred.
fn at(column: usize, row: usize, rows: usize, height: usize) -> (usize, usize) {
    let taken = rows * (HEIGHT + DOWN) - DOWN;
    let x = MARGIN + column * (WIDTH + ACROSS);
    (x, height.saturating_sub(taken) / 2 + row * (HEIGHT + DOWN))
}

/// What stands on either end of a relation.
trait Neighbour {
    fn name(&self) -> &RegulationName;
    fn kind(&self) -> &str;
    fn beyond(&self) -> &[Self]
    where
        Self: Sized;
}

impl Neighbour for Coming {
    fn name(&self) -> &RegulationName {
        &self.from.name
    }

    fn kind(&self) -> &str {
        &self.act.kind
    }

    fn beyond(&self) -> &[Self] {
        &self.from.acted_upon_by
    }
}

impl Neighbour for Going {
    fn name(&self) -> &RegulationName {
        &self.to.name
    }

    fn kind(&self) -> &str {
        &self.act.kind
    }

    fn beyond(&self) -> &[Self] {
        &self.to.acts_on
    }
}

/// The columns on one side, the nearest first: each regulation once in each.
fn columns<N: Neighbour>(near: &[N]) -> Vec<Vec<Placed<'_>>> {
    let mut columns = vec![Vec::new(), Vec::new()];
    for neighbour in near {
        let Some(row) = add(&mut columns[0], neighbour, 0) else { continue };
        for beyond in neighbour.beyond() {
            add(&mut columns[1], beyond, row);
        }
    }
    columns.retain(|column| !column.is_empty());
    columns
}

fn add<'a, N: Neighbour>(
    column: &mut Vec<Placed<'a>>,
    neighbour: &'a N,
    to: usize,
) -> Option<usize> {
    let name = neighbour.name();
    let found = column.iter().position(|placed| placed.name.key == name.key);
    let row = match found {
        Some(row) => row,
        None if column.len() == MOST => return None,
        None => {
            column.push(Placed { name, acts: Vec::new() });
            column.len() - 1
        }
    };
    let act = (neighbour.kind().to_owned(), to);
    // Two relations of a kind between the same two are one line.
    if !column[row].acts.contains(&act) {
        column[row].acts.push(act);
    }
    Some(row)
}

/// A title in the lines of a box. Chinese may be broken anywhere; Latin letters take about half the room.
fn broken(title: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut room = LINE * 2;
    for sign in title.chars() {
        let takes = if sign.is_ascii() { 1 } else { 2 };
        if takes > room {
            if lines.len() == LINES {
                if let Some(last) = lines.last_mut() {
                    last.pop();
                    last.push('…');
                }
                break;
            }
            lines.push(String::new());
            room = LINE * 2;
        }
        room -= takes;
        if let Some(last) = lines.last_mut() {
            last.push(sign);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_stay_in_their_boxes() {
        assert_eq!(broken("医疗器械监督管理条例"), ["医疗器械监督管理条例"]);
        let long = broken("国家药监局关于发布医疗器械注册自检管理规定的公告及其附件说明");
        assert_eq!(long.len(), LINES);
        assert!(long[1].ends_with('…') && long.iter().all(|line| line.chars().count() <= LINE));
        let latin = broken("Regulations on the Supervision and Administration of Devices");
        assert!(latin.len() == LINES && latin.iter().all(|line| line.chars().count() <= 2 * LINE));
    }
}
