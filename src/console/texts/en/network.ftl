nav-stations = Stations
nav-research = Research
nav-organizations = Organizations
nav-resources = Resources
nav-regulations = Regulations
nav-reports = Figures

any = Any
all = Remove filters
filter = Filter
show = Show
area = Area
district = District
code = Code
source = Source
nothing-listed = Nothing fits.
list-comma = ,{" "}
legend = Legend
as-table = As a table
from-day = From
to-day = To
all-time = Any time
minutes = { $count } min
hours = { $count } h
days = { $count } days

station-count = { $count ->
    [one] 1 station
   *[other] { $count } stations
}
station-state-ACTIVE = At work
station-state-RECTIFYING = Rectifying
station-state-DELISTED = Delisted
service-point-count = { $count ->
    [one] 1 service point
   *[other] { $count } service points
}
declared-areas = Declared areas
parent-station = Main station
founded = Founded
service-model = Way of working
service-points = Service points
strengths = Strengths and their evidence
to-map = Map of strengths
answers = Answers
answers-standing = Current
reused-answers = Answers reused by others
uses-by-others = Uses by others
helpful-ratings = Helpful / rated
consultations-asked = Consultations
answered-share = Answered
median-reply = Median time to reply
rank = Place
rank-of = { $rank } of { $stations }
median-of-stations = median { $count }
quotient = Quotient
quotient-hint = Above 1, the station answers more in this area than the network does
strength-score = Score (of 100)
no-strengths = There is no answer to judge by yet, and no area is declared.
how-scored = How the score is made
scored-by = Method { $version }, as of { $day }, by the answers that you may see.
weight = weight { $count }
strength-ANSWERS = Answers
strength-CURRENCY = Currency
strength-REUSE = Reuse
strength-DECLARED = Declared
strength-HELPFUL = Ratings
declared-DECLARED = declared
declared-ABOVE = an area above is declared
declared-NOT = not declared
held-back = too few to be shown
all-answers = All { $count } answers

map-title = Map of strengths
map-hint = A row for each area, a column for each station. The number is the score (of 100); the darker, the stronger. Blank: neither an answer nor declared.
map-label = Scores of { $stations } stations by area as of { $day }; the numbers are in the table below
map-empty = There are no answers and no declared areas in this period.
map-table-hint = The score, then the answers, which the link leads to; ▲ marks declared areas.
legend-declared = Corner: the area is declared
declared-mark = ▲
cell-strength = Score { $points }
cell-answers = { $answers } answers, { $standing } of them current
cell-asked = { $count } consultations
answer-count = ({ $count })
area-facet-REG = Regulatory topics
area-facet-SVC = One-stop services
area-facet-FLD = Priority product fields
area-facet-CAT = Device classification catalogue
gaps = Where something is missing
gaps-none = By the consultations that you may see, nothing is clearly missing.
gap-FEW_ANSWERS = few answers
gap-STALE_ANSWERS = many stale answers
empty-areas = Areas without an answer that no station declares

output-count = { $count ->
    [one] 1 research output
   *[other] { $count } research outputs
}
output-kind = Kind
least-trl = Readiness at least
ip-status = Intellectual property
ip-status-NONE = Not filed
ip-status-FILED = Filed
ip-status-PUBLISHED = Published
ip-status-GRANTED = Granted
ip-status-LAPSED = Lapsed
ip-status-LICENSED = Licensed
ip-status-ASSIGNED = Assigned
output-state-DRAFT = Draft
output-state-SUBMITTED = To be checked
output-state-RETURNED = Given back
output-state-PUBLISHED = Published
output-state-NEGOTIATING = In talks
output-state-TRANSFERRED = Transferred
output-state-WITHDRAWN = Withdrawn
embargo-until = embargo until { $day }
embargo-notice = Under embargo until { $day }; only its own organization sees it before.
take-away-list = Export this list
files-have-more = Files are filtered by kind, area and organization, and not by readiness or intellectual property.
take-away = Export
about-output = About this output
advantages = Advantages
trl = Technology readiness
trl-1 = basic principles observed
trl-2 = concept formulated
trl-3 = key functions proven
trl-4 = validated in the laboratory
trl-5 = validated in a relevant environment
trl-6 = prototype shown in a relevant environment
trl-7 = prototype shown in operation
trl-8 = complete and qualified
trl-9 = in actual use
cooperation-modes = Ways of working together
cooperation-mode-SELF_INVEST = Own investment
cooperation-mode-ASSIGN = Assignment
cooperation-mode-LICENSE = Licence
cooperation-mode-JOINT = Joint work
cooperation-mode-EQUITY = Equity
cooperation-mode-OTHER = Other
clinical-stage = Clinical stage
trials = Registered trials
contributors = Contributors
completed-on = Completed
published-on = Published
external-id = Number at its organization
edition = Edition
updated = Last changed
cite-address = Address for citing
public-page = Public page with structured data
patents = Patents
application-no = Application
publication-no = Publication
patent-office = Office
patent-kind = Kind
filed-on = Filed
granted-on = Granted
contact = Contact
contact-hint = Only its own organization sees this; others are given it after an introduction.
duplicates = Maybe the same work
output-withdrawn = This research output was withdrawn
to-research = Other research outputs

organization-count = { $count ->
    [one] 1 organization
   *[other] { $count } organizations
}
organization-type = Type
region = Applies in
region-CN = China
region-SH = Shanghai
region-YRD = Yangtze River Delta
social-credit-code = Social credit code
location = Place
all-outputs = All { $count } research outputs
all-resources = All { $count } resources
outputs-none = There is no research output that you may see.
resources-none = There is no resource that you may see.

resource-count = { $count ->
    [one] 1 resource
   *[other] { $count } resources
}
resource-files-hint = Resources that are no longer offered are in no file.
resource-kind = Kind
accredited-only = Accredited only
accredited = accredited
not-accredited = no accreditation recorded
valid-until = until { $day }
retired-on = No longer offered since { $day }.
resource-state = State
resource-state-OFFERED = Offered
resource-state-EXPIRED = Run out
resource-state-RETIRED = No longer offered
capabilities = What can be done
accreditation = Accreditation
capacity = Capacity
offered-until = Offered until

regulation-count = { $count ->
    [one] 1 regulation
   *[other] { $count } regulations
}
regulation-words = Title, number or words
in-force-on = In force on
in-force-today = In force today
document-number = Number
issuer = Issuer
level = Level
issued = Issued
effective = In force from
ended = Ends
key = Key
acted-upon-by = What later documents did to it
acted-upon-by-none = No later document is recorded to act on it.
acts-on = What it did to others
acts-on-none = It is not recorded to act on others.
acts-REPLACES = Replaces
acts-AMENDS = Amends
acts-ADJUSTS = Adjusts
acts-SUPPLEMENTS = Supplements
acts-IMPLEMENTS = Implements
act-from = from { $day }
citing-answers = Answers that cite it ({ $count })
citing-none = No answer that you may see cites it.
search-mentions = Search for what mentions it
regulation-graph = How it stands among others
regulation-graph-label = Earlier documents on the left, later ones on the right; each arrow goes from the document that acts to the one that it acts on
