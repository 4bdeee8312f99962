kind-ANSWERED_QUESTION = Answered question
kind-RESEARCH_OUTPUT = Research output
kind-RESOURCE = Resource
kind-ORGANIZATION = Organization
kind-STATION = Station
kind-REGULATION = Regulation

currency-CURRENT = Current
currency-UPCOMING = Changing soon
currency-REVIEW_DUE = Review due
currency-PARTLY_STALE = Partly stale
currency-STALE = Stale
currency-BROKEN = Basis repealed
currency-UNVERIFIED = Unverified
currency-as-of = as of { $day }

audience-PUBLIC = Public
audience-PARTNERS = Partner portals
audience-NETWORK = Station network
audience-DISTRICT = This district
audience-STATION = This station
audience-ORGANIZATION = This organization

standing-ANONYMOUS = Public
standing-PORTAL = Partner portal
standing-STAFF = Station staff
standing-HEAD = Head of station
standing-DISTRICT_OFFICER = District officer
standing-MUNICIPAL_OFFICER = Municipal officer
standing-TECH_TRANSFER = Tech-transfer office
standing-ADMINISTRATOR = Administrator

product-kind-DEVICE = Medical device
product-kind-DRUG = Drug
product-kind-IVD = In vitro diagnostic
product-kind-COMBINATION = Combination product
product-kind-COSMETIC = Cosmetic
product-kind-OTHER = Other

device-class-I = Class I
device-class-II = Class II
device-class-III = Class III

organization-type-UNIVERSITY = University
organization-type-HOSPITAL = Hospital
organization-type-RESEARCH_INSTITUTE = Research institute
organization-type-ENTERPRISE = Enterprise
organization-type-ASSOCIATION = Association
organization-type-TEST_LAB = Test laboratory
organization-type-CRO = CRO
organization-type-CDMO = CDMO
organization-type-EXCHANGE = Exchange
organization-type-REGULATOR = Regulator

output-kind-JOURNAL_ARTICLE = Journal article
output-kind-PREPRINT = Preprint
output-kind-THESIS = Thesis
output-kind-DATASET = Dataset
output-kind-SOFTWARE = Software
output-kind-PATENT = Patent
output-kind-PROTOTYPE = Prototype
output-kind-BIOLOGICAL_MATERIAL = Biological material
output-kind-CLINICAL_TRIAL = Clinical trial
output-kind-PROTOCOL = Protocol
output-kind-STANDARD = Standard
output-kind-KNOW_HOW = Know-how
output-kind-OTHER = Other

resource-kind-CLINICAL = Clinical
resource-kind-TESTING = Testing
resource-kind-TRAINING = Training
resource-kind-MANUFACTURING = Manufacturing

answer-state-DRAFT = Draft
answer-state-IN_REVIEW = In review
answer-state-PUBLISHED = Published
answer-state-SUPERSEDED = Superseded
answer-state-ARCHIVED = Archived
answer-state-WITHDRAWN = Withdrawn

basis-CITED = With a basis
basis-EXPERIENCE = Answered from experience, no article is cited.

citation-role-BASIS = Basis
citation-role-REFERENCE = Reference

law-in-force = in force
law-coming = not yet in force
law-ended = no longer in force

acted-upon-REPLACES = Replaced by
acted-upon-AMENDS = Amended by
acted-upon-ADJUSTS = Adjusted by
acted-upon-SUPPLEMENTS = Supplemented by
acted-upon-IMPLEMENTS = Implemented by

scope-FULL = in full
scope-PARTIAL = in part
scope-STAGED = in stages

confirmed-on = confirmed { $day }
answered-on = answered { $day }
effective-on = in force from { $day }
ends-on = ends { $day }
reused = { $count ->
    [one] reused once
   *[other] reused { $count } times
}
resource-not-valid = accreditation has run out

currency-since = since { $day }
currency-path = How this was judged
event-CITES = cites
event-REPLACED_BY = replaced by
event-AMENDED_BY = amended by
event-ADJUSTED_BY = adjusted by
event-ENDED = ended:
event-CONFIRMED_AGAINST = confirmed against
