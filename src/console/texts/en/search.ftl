search-title = Search
search-label = Search answered questions, research, resources, organizations, stations and regulations
search-placeholder = A question, a product, a document number, or a paragraph of a company’s letter
search-button = Search
start-heading = See first how other stations have answered
start-hint = Pinyin initials (ylqx), “exact phrases” and document numbers are understood; press / to come back to the box.
latest-heading = Latest answers
latest-none = There is no answer yet that you may see.
did-you-mean = Did you mean:{" "}
filters = Filters
filter-remove = Remove filter:{" "}
more-values = { $count } more
hits = { $count ->
    [one] 1 result
   *[other] { $count } results
}
sort = Order
sort-RELEVANCE = Relevance
sort-NEWEST = Newest
sort-OLDEST = Oldest
sort-MOST_REUSED = Most reused
with-superseded = With superseded
facet-KIND = Kind
facet-STATION = Station
facet-ORGANIZATION = Organization
facet-AREA = Area
facet-YEAR = Year
facet-CURRENCY = Currency
facet-PRODUCT_KIND = Product
facet-DEVICE_CLASS = Class
nothing-found = Nothing fits. What you can do:
nothing-meant = Search for “{ $words }”
nothing-unfiltered = Remove all filters
nothing-superseded = Look among superseded answers, too
nothing-shorter = Use fewer or more common words, or only the product and the point in question
similar-title = Similar questions
similar-label = Paste the company’s letter or question
paste-hint = The text is compared this once; it is not kept and stands in no address.
similar-button = Find similar questions
similar-found = { $count ->
    [one] 1 similar answered question
   *[other] { $count } similar answered questions
}
paste-none = Nothing similar has been answered yet. Say it in other words, or ask one of the stations below.
stations-to-ask = Stations to ask
paste-instead = A long letter? Paste it to find similar questions
nothing-ask = Ask the station that knows best
nothing-record = Record a new consultation
