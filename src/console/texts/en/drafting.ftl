drafts-title = Drafts and reviews
draft-new = Draft an answered question
draft-new-hint = Write what any station can use as it is, without names, contacts or anything that would tell who asked.
drafts-writing = Being written
drafts-writing-none = Nothing is being written.
drafts-reviewing = Waiting for a second person
drafts-reviewing-none = Nothing waits for a second person.
its-me = { " " }(me)
draft-revision = revises what is published
draft-updated = changed { $at }
draft-submitted = submitted { $at }
draft-returned = Given back: { $reason }
draft-beside = A revision beside it:
findings-count = { $count ->
    [one] one finding
   *[other] { $count } findings
}

draft-station = Station
draft-answer = Answer (Markdown)
draft-summary = The answer in a sentence
draft-basis = What it rests on
draft-answered-on = Answered on
draft-write = Edit the draft
draft-save = Save the draft
draft-preview = Preview of the answer
citations-hint = Write a document number or a title, or choose from the list; put commas between articles.
citation-row = Citation { $number }
citation-regulation = Regulation
citation-articles = Articles
citation-kind = Role
citation-quote = Words that matter
citation-more = Two more rows
from-case = from consultation { $number }
see-published = See what is published
open-reports = { $count ->
    [one] One reported error is open.
   *[other] { $count } reported errors are open.
}
answer-unknown = There is no answered question with the number “{ $number }”.

findings-heading = What would tell who asked
findings-hint = What is marked may tell who asked. Judge each.
findings-none = Nothing was found that would tell who asked.
finding-sure = hardly anything else
finding-confidential = A confidential value of the consultation: the text must be changed.
finding-harmless = Tells nothing of who asked
finding-telling = Tells who asked
finding-reason = Why, or what is to be done (without repeating the words)
clear-hint = One finding that tells who asked gives the draft back.
cleared-for-STATION_EXIT = Cleared to leave its station
cleared-for-WIDER = Cleared for partners and the public
clear-for-STATION_EXIT = Clear to leave the station
clear-for-WIDER = Clear for partners and the public

draft-submit-hint = A second person will look it through and review it.
draft-publish-hint = It will be found and reused. A new answer goes to the network first; a revision keeps its readers where nothing is said.
draft-audience = For whom
draft-return-reason = Why it is given back
draft-confirm-hint = Check it against the regulation that touched it; say the articles where it now rests on that.
confirm-regulation = Checked against (empty where only the day of review has passed)
confirm-note = What was found
confirm-articles = Articles it now rests on
confirm-quote = Their words
confirm-review-by = Look at it again by
draft-revise-hint = A draft is begun beside what is published, which stays as it is until then.
draft-widen-hint = It must have been cleared for partners and the public.
draft-wider = Share with
draft-successor = Number of the answer that takes its place
draft-archive-hint = It is kept and no longer shown.
draft-withdraw-hint = It is gone for everybody at once.
draft-withdraw-reason = Why it is withdrawn
draft-discard-hint = The draft is not kept.

answer-action-REVISE = Revise
answer-action-EDIT_DRAFT = Edit the draft
answer-action-DISCARD_DRAFT = Discard the draft
answer-action-SUBMIT_FOR_REVIEW = Submit for review
answer-action-CLEAR_FOR_STATION_EXIT = Clear to leave the station
answer-action-CLEAR_FOR_WIDER = Clear for partners and the public
answer-action-RETURN_DRAFT = Give back
answer-action-PUBLISH = Publish
answer-action-WIDEN = Share wider
answer-action-WITHDRAW = Withdraw
answer-action-ARCHIVE = Archive
answer-action-SUPERSEDE = Superseded by another
answer-action-CONFIRM = Confirm that it stands
answer-action-RATE = Rate
answer-action-REPORT_ERROR = Report an error
