optional = (optional)
choose = Please choose
not-said = (not given)
chosen = { $count } chosen
field-needed = Please fill in “{ $field }”.
conflict-advice = Somebody else was faster. This page now shows the latest state; what you wrote is still below. Check it and send it again.

consultations-title = Consultations
queues = Queues of consultations
queue-mine = Mine
queue-station = My station’s
queue-bureau = With my bureau
queue-unassigned = Unassigned
queue-overdue = Overdue
queue-all = All
queue-empty = There are no consultations here.
case-count = { $count ->
    [one] One consultation
   *[other] { $count } consultations
}
all-states = All states
narrow = Filter
case-number = Number
open-case = Open
case-unknown = There is no consultation with the number “{ $number }”, or it is not for you to see.
overdue = Overdue
no-due = No due date
clock-stopped = Clock stopped
days-left = { $days ->
    [one] one working day left
   *[other] { $days } working days left
}
nobody-yet = Nobody yet

case-question = Question
case-state = State
case-due = Due
case-person = Follows it
case-handler = In charge
case-recorded = Recorded
case-heading = Consultation { $number }
case-text = What the company asks
case-summary = Summary for the next tier
case-reply = Reply
case-steps = What can be done
case-timeline = Timeline
case-follower = Followed by
case-level = Level
case-areas = Areas
case-product-kind = Product
case-device-class = Device class
case-priority = Priority
case-channel = How the company came
case-own-station = Station
case-service-point = Service point
case-station = Other station
case-counterpart = Municipal officer
case-reason = Reason
case-later-reason = Reason (needed once handed up or across)
case-note = What the company said
case-told-by = How the company was told
case-told-at = When it was told (now if empty)
case-answer = Answer
case-answered-by = Answered questions that answer it
case-answer-hint = Write the answer, name answered questions, or both. Sending it says that the company has been told.
case-tier-reply-hint = The reply goes back to the station, which tells the company.
case-reply-hint = Record it once the company has been told; write down other words where they were put otherwise.
case-reply-otherwise = The words used
case-refer-hint = The other station reads the question without what would tell who asked; that can be released later.
case-ask-hint = The clock stops until the company answers.
case-release-asker-hint = The other station will see the company and its contact. This goes into the audit log.
case-erase-hint = Deletes for good who asked, and the notes of the timeline.
case-details-wanted = What the company should add
case-details = What the company added
case-double = Number of the other consultation
due-estimated = (estimated: the calendar does not reach that day)
objection-until = the company may object until { $day }
first-response = First response
replied-at = Company told
closed-at = Closed
bounced = Given back
reopened = Taken up again
referred-to = Referred to
event-person = person: { $name }
event-due = due { $day }
stations-suggested = Suggested
stations-others = Other stations
whom-to-ask = Stations to refer it to, and why
draft-from-case = Draft an answered question
draft-from-case-hint = Nothing that names the asker is taken along.

record-title = Record a consultation
record-hint = Write it down in the company’s words. Who asks is stored encrypted, apart from the question.
record = Record
back-to-cases = Back to the consultations
see-similar = See similar questions first
similar-answered = Similar answered questions
similar-hint = Once there is a question, what stations have answered like it is listed here.
similar-none = Nothing like it has been answered.
opens-anew = (opens in a new window)
about-case = About the case
asker = Who asks
asker-hint = Seen only by the station and whoever handles the case.
asker-company = Company
asker-code = Unified social credit code
asker-contact = Contact
asker-telephone = Telephone
asker-email = E-mail
asker-hidden = Who asks is not shown to you.
asker-erased = Who asked was erased on { $day }.
asker-released = may see who asks

consultation-state-RECEIVED = Received
consultation-state-TRIAGED = At the station
consultation-state-NEEDS_INFO = Waiting for details
consultation-state-WITH_STATION = With another station
consultation-state-WITH_DISTRICT = With the district
consultation-state-WITH_MUNICIPAL = With the municipal level
consultation-state-REFERRED = At the national level
consultation-state-REPLY_RECEIVED = Reply to be passed on
consultation-state-REPLIED = Company told
consultation-state-CLOSED = Closed

consultation-level-BASIC = Basic
consultation-level-DISTRICT = District
consultation-level-MUNICIPAL = Municipal
consultation-level-NATIONAL = National

consultation-channel-VISIT = Visit
consultation-channel-PHONE = Telephone
consultation-channel-ONLINE = Online
consultation-channel-EVENT = Event

consultation-priority-KEY = Key
consultation-priority-NORMAL = Normal

consultation-closure-CONFIRMED = confirmed by the company
consultation-closure-NO_OBJECTION = no objection in time
consultation-closure-DUPLICATE = asked twice
consultation-closure-WITHDRAWN = withdrawn by the company

consultation-step-RECORD = Record
consultation-step-CLASSIFY = Classify
consultation-step-RECLASSIFY = Classify anew
consultation-step-ASK_FOR_DETAILS = Ask for details
consultation-step-GIVE_DETAILS = Enter details
consultation-step-ANSWER_DIRECTLY = Answer here
consultation-step-REFER_ACROSS = Refer to another station
consultation-step-RELEASE_ASKER = Release who asks
consultation-step-RELEASE_REFERRAL = Take back
consultation-step-ESCALATE_TO_DISTRICT = Hand up to the district
consultation-step-ESCALATE_TO_MUNICIPAL = Hand up to the municipal level
consultation-step-REFER_NATIONAL = Refer to the national level
consultation-step-ASSIGN = Put somebody in charge
consultation-step-RETURN = Give back to its station
consultation-step-TIER_REPLY = Reply to the station
consultation-step-REPLY = Tell the company
consultation-step-CONFIRM = Company confirms, close
consultation-step-NO_OBJECTION = Closed without objection
consultation-step-REOPEN = Take up again
consultation-step-MARK_DUPLICATE = Close as asked twice
consultation-step-WITHDRAW = Company withdraws
consultation-step-ERASE_ASKER = Erase who asked

expertise-facet-REG = Regulatory topics
expertise-facet-SVC = Services
expertise-facet-FLD = Product fields
expertise-facet-CAT = Classification catalogue
