//! Charts as SVG. What they show stands in a table beside them, so they carry little: columns or lines over a row of
//! labels, and a scale. Series differ by shape as well as by colour.

use std::error::Error;

use plotters::{
    coord::types::RangedCoordf64,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

const WIDTH: u32 = 760;
const HEIGHT: u32 = 260;
/// The colours of the first and the second series; those of the style.
const FIRST: RGBColor = RGBColor(11, 79, 138);
const SECOND: RGBColor = RGBColor(201, 122, 20);
const INK: RGBColor = RGBColor(27, 37, 48);
const LINE: RGBColor = RGBColor(213, 219, 225);

/// What is drawn: for each label, a number of the first series and maybe one of the second; none is a gap.
pub(super) struct Data {
    pub labels: Vec<String>,
    pub series: Vec<Vec<Option<f64>>>,
}

impl Data {
    fn top(&self) -> f64 {
        let top = self.series.iter().flatten().flatten().copied().fold(0.0, f64::max);
        if top > 0.0 { 1.1 * top } else { 1.0 }
    }

    /// Whether there is anything to draw.
    pub(super) fn is_any(&self) -> bool {
        self.series.iter().flatten().any(Option::is_some)
    }
}

/// A finished chart: its size, and what is in it.
pub(super) struct Chart {
    pub width: u32,
    pub height: u32,
    pub inside: String,
}

type Drawn<T> = Result<T, Box<dyn Error>>;
type Plane<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// The series as columns side by side.
pub(super) fn columns(data: &Data) -> Drawn<Chart> {
    drawn(data, |plane| {
        let wide = 0.76 / count(data.series.len());
        for (at, series) in data.series.iter().enumerate() {
            let left = 0.12 + count(at) * wide;
            let columns = series.iter().enumerate().filter_map(|(place, value)| {
                let from = count(place) + left;
                value.map(|value| [(from, 0.0), (from + wide, value)])
            });
            plane.draw_series(columns.clone().map(|it| Rectangle::new(it, colour(at).filled())))?;
            plane.draw_series(columns.map(|it| Rectangle::new(it, INK.stroke_width(1))))?;
        }
        Ok(())
    })
}

/// The series as lines with marks, round ones for the first, three-cornered ones for the second.
pub(super) fn lines(data: &Data) -> Drawn<Chart> {
    drawn(data, |plane| {
        for (at, series) in data.series.iter().enumerate() {
            let colour = colour(at);
            let points: Vec<(f64, f64)> = series
                .iter()
                .enumerate()
                .filter_map(|(place, value)| Some((count(place) + 0.5, (*value)?)))
                .collect();
            plane.draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)))?;
            if at == 0 {
                let marks = points.iter().map(|point| Circle::new(*point, 4, colour.filled()));
                plane.draw_series(marks)?;
            } else {
                let marks =
                    points.iter().map(|point| TriangleMarker::new(*point, 6, colour.filled()));
                plane.draw_series(marks)?;
            }
        }
        Ok(())
    })
}

fn colour(series: usize) -> RGBColor {
    if series == 0 { FIRST } else { SECOND }
}

/// A small number of things as a place on the scale.
fn count(things: usize) -> f64 {
    u32::try_from(things).map_or(0.0, f64::from)
}

fn drawn(data: &Data, draw: impl FnOnce(&mut Plane<'_, '_>) -> Drawn<()>) -> Drawn<Chart> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (WIDTH, HEIGHT)).into_drawing_area();
        let mut plane = ChartBuilder::on(&root)
            .margin(8)
            .x_label_area_size(24)
            .y_label_area_size(46)
            .build_cartesian_2d(0.0..count(data.labels.len()).max(1.0), 0.0..data.top())?;
        let scale = TextStyle::from(("sans-serif", 15).into_font()).color(&INK);
        plane
            .configure_mesh()
            .disable_x_mesh()
            .x_labels(0)
            .y_labels(5)
            .light_line_style(TRANSPARENT)
            .bold_line_style(LINE)
            .axis_style(LINE)
            .y_label_style(scale.clone())
            .y_label_formatter(&|value| format!("{value:.0}"))
            .draw()?;
        draw(&mut plane)?;
        let below = scale.pos(Pos::new(HPos::Center, VPos::Top));
        for (at, label) in data.labels.iter().enumerate() {
            let (x, y) = plane.backend_coord(&(count(at) + 0.5, 0.0));
            root.draw(&Text::new(label.clone(), (x, y + 6), below.clone()))?;
        }
        root.present()?;
    }
    Ok(Chart { width: WIDTH, height: HEIGHT, inside: inside(&svg).to_owned() })
}

/// What is in an SVG element: the element itself is the page's, which names it.
fn inside(svg: &str) -> &str {
    let begin = svg.find("<svg").and_then(|at| Some(at + svg[at..].find('>')? + 1));
    let end = svg.rfind("</svg>");
    begin.zip(end).and_then(|(begin, end)| svg.get(begin..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(label: &str) -> Data {
        let series = vec![vec![Some(3.0), None], vec![Some(1.0), Some(2.0)]];
        Data { labels: vec![label.to_owned(), "b".to_owned()], series }
    }

    #[test]
    fn a_chart_has_a_mark_for_each_number_and_no_style() {
        let columns = columns(&data("a")).expect("a chart");
        // Each is filled and has an edge.
        assert_eq!(columns.inside.matches("fill=\"#0B4F8A\"").count(), 1, "{}", columns.inside);
        assert_eq!(columns.inside.matches("fill=\"#C97A14\"").count(), 2, "{}", columns.inside);
        let lines = lines(&data("a")).expect("a chart");
        assert_eq!(lines.inside.matches("<circle").count(), 1, "{}", lines.inside);
        for chart in [columns, lines] {
            assert!(!chart.inside.contains("style="), "{}", chart.inside);
            assert!(!chart.inside.contains("<svg"), "{}", chart.inside);
        }
    }

    #[test]
    fn what_a_label_says_stays_text() {
        let chart = columns(&data("<script>&\"")).expect("a chart");
        assert!(!chart.inside.contains("<script"), "{}", chart.inside);
        assert!(chart.inside.contains("&lt;script&gt;&amp;"), "{}", chart.inside);
    }

    #[test]
    fn nothing_can_be_drawn() {
        let data = Data { labels: Vec::new(), series: vec![Vec::new()] };
        assert!(!data.is_any());
        assert!(columns(&data).is_ok());
    }
}
