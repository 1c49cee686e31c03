# The messages of the pages in English. CONTRIBUTING.md says how to add a language.

## The language itself

language-name = English

## Every page

page-description = Draw a digit; a neural network names it and says how sure it is.
page-languages = Languages
page-pages = Pages
page-draw = Draw
page-history = History
page-labelling = Label
page-login = Log in
page-account = Account
page-gallery = Gallery
page-privacy = Privacy
page-quality = Quality

## The canvas and its tools

canvas-workspace = Drawing
canvas-canvas = Canvas to draw a digit on
canvas-prompt = Draw a digit, 0–9
canvas-keyboard = Arrows move the pen, space puts it down and lifts it, E takes the eraser, Enter submits.
canvas-without-script = Drawing needs JavaScript. A picture of a digit works without: choose one below.
canvas-undo = Undo
canvas-undo-keys = Undo (Ctrl+Z)
canvas-redo = Redo
canvas-redo-keys = Redo (Ctrl+Shift+Z)
canvas-eraser = Eraser
canvas-eraser-keys = Eraser (E)
canvas-width = Pen: { $width }
canvas-widths =
    .thin = thin
    .medium = medium
    .thick = thick
canvas-width-title = Width of the pen on the screen: the network sees the same line at any width
canvas-width-note = The network sees the same line at any width.
canvas-clear = Clear
canvas-clear-keys = Clear (Escape)
canvas-picture = Read a picture
canvas-picture-ways = Read a picture: choose, drop or paste one
canvas-camera = Take a photo
canvas-read = Read it
canvas-submit = Submit
canvas-submit-keys = Submit (Enter)
canvas-privacy-open = Submitted drawings are stored without metadata (place, device). Everyone can see them; you can delete yours.
canvas-may-train = My drawings may train later models
canvas-privacy-own = Submitted drawings are stored without metadata (place, device). You, the labellers and the operators of this site can see yours; you can delete them.
canvas-privacy-gallery = Submitted drawings are stored without metadata (place, device). The labellers and operators of this site see all of them; everybody sees the 28 by 28 pixels of a drawing in the gallery, and those of a picture once an operator has approved it. You can delete yours.

## The answer next to the canvas

answer-panel = Answer
answer-not-a-digit = Not a digit
answer-confidence-label =
    .almost-certain = almost certainly
    .very-likely = very likely
    .probable = probably
    .possible = perhaps
    .guess = a guess
answer-reasons =
    .too-small = The drawing is too small to tell.
    .several-digits = Several digits, it seems. One at a time, please.
    .unlike-a-digit = It looks like no digit from 0 to 9.
answer-nearest = Most like the digit { $digit }.
answer-soon = The answer appears as you draw.
answer-busy = Looking…
answer-bitmap = The drawing at 28 by 28 pixels
answer-seen = what the network saw
answer-kept = Only submitted drawings are stored.
answer-submit = Submit to store and label it.
answer-bars = Probability of each digit
answer-rate = Of 100 answers with this confidence, { $correct ->
        [one] { $correct } is
       *[other] { $correct } are
    } correct here (n = { $total }).
answer-rate-unknown = Too few answers with this confidence are labelled yet (n = { $total }).
answer-more = More about it
answer-delete = Delete
answer-delete-sure = Delete permanently?
answer-model = Model { $model }

## The attribution: which strokes the answer is based on

why-ask = Why?
why-title = Show which strokes the answer is based on
why-heading = Why { $answer }?
why-picture = The drawing at 28 by 28 pixels, coloured where its strokes speak for the answer or against it
why-speaks-for = Speaks for it, most of all { $region }.
why-nothing-for = No stroke speaks for it.
why-speaks-against = Speaks against it, most of all { $region }.
why-nothing-against = No stroke speaks against it.
why-regions =
    .upper-left = at the upper left
    .top = at the top
    .upper-right = at the upper right
    .left = on the left
    .middle = in the middle
    .right = on the right
    .lower-left = at the lower left
    .bottom = at the bottom
    .lower-right = at the lower right
why-computed-now = Computed now by the model { $model }.

## The label that people give a drawing

label-not-a-digit = not a digit
label-unsure = unsure
label-unsure-key = Cannot tell
label-right = Right
label-wrong = Wrong
label-change = Change
label-take-back = Take the label back
label-take-back-keys = Take the label back (Ctrl+Z right after it)
label-question = What is it?
label-thanks = Thank you. Labelled { $label }.

## The recent drawings below the canvas

recent-newest-heading = Recent
recent-older-heading = Earlier
recent-unavailable = The drawings are temporarily unavailable.
recent-none = Nothing yet. The first drawing that you submit appears here.
recent-tags =
    .too-small = too small
    .several-digits = several digits
    .unlike-a-digit = not a digit
recent-right = right
recent-wrong = wrong, it is { $label }
recent-unlabelled = unlabelled
recent-pages = Pages of drawings
recent-newest = Newest
recent-older = Older

## The history and its filters

history-views = Views
history-heading = History
history-any = any
history-all = All
history-wrong = Wrong
history-low-confidence = Confidence below 90 %
history-labelled = labelled
history-not-labelled = Not labelled
history-disputed = Disputed
history-suspect = Suspect labels
history-filters = More filters
history-predicted = Predicted
history-true-label = Labelled as
history-label = Label
history-model = Model
history-source = From
history-sources =
    .canvas = the page
    .upload = a picture
    .api = a program
history-since = Since (UTC)
history-until = Before (UTC)
history-show = Show
history-none = No drawing matches.
history-export = Export:
history-formats =
    .csv = CSV
    .ndjson = JSON lines
    .idx = IDX, as MNIST has it

## The page of one drawing

drawing-heading = A drawing
drawing-picture = The drawing
drawing-replay = Draw it again
drawing-facts = About it
drawing-when = Drawn
drawing-source = From
drawing-took = Latency of the prediction
drawing-models = Predictions by model version
drawing-models-about = Each loaded model version predicts this drawing now.
drawing-models-unavailable = The model is temporarily unavailable.
drawing-model = Model
drawing-says = Says
drawing-deletion = Delete this drawing
drawing-deletion-confirm = Delete the drawing, its answer and its labels. Nobody can undo this.

## The labelling queue

labelling-left =
    { $count ->
        [one] { $count } drawing left
       *[other] { $count } drawings left
    }
labelling-disputed = { $count } disputed
labelling-suspect = Suspect labels
labelling-all = All drawings
labelling-about = Drawings without a label, the lowest confidence first.
labelling-mixed = Drawings without a label, the lowest confidence first. Some others are mixed in to check the labels and the accuracy.
labelling-disputed-about = The labels of other people differ. Most votes decide, and an operator's label decides alone.
labelling-suspect-about = The network is so sure of another class that the label is probably wrong. Two people with the same label settle a drawing.
labelling-picture = A drawing
labelling-skip = Skip
labelling-done = Labelled { $label }.
labelling-network = The network predicted: { $answer }.
labelling-none = Every drawing is labelled. Thank you.
labelling-skipped = You skipped the drawings that are left.
labelling-again = Skipped drawings
labelling-others = No drawing waits for your label now.

## The quality of the predictions

quality-span = Time
quality-heading = Quality of the predictions
quality-days =
    { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
quality-all = All
quality-all-models = All models
quality-nobody = No drawing is labelled yet, so that the accuracy is unknown.
quality-label = Label some
quality-of =
    { $count ->
        [one] of { $count } labelled prediction was correct.
       *[other] of { $count } labelled predictions were correct.
    }
quality-interval = 95 % interval { $interval }.
quality-drawings =
    { $count ->
        [one] { $count } drawing in all.
       *[other] { $count } drawings in all.
    }
quality-all-labels = All labels
quality-all-labels-about = People choose what they label, and the queue begins with the least certain drawings. So this share is usually lower than the accuracy on all drawings.
quality-random-sample = Random sample
quality-random-sample-about = Chance chose these drawings when they were stored, and people labelled them without seeing the prediction. This share estimates the accuracy on all drawings.
quality-undecided = { $count } more without an agreed label.
quality-no-random-sample = No drawing of the random sample is labelled yet. With accounts, the labelling queue mixes such drawings in.
quality-pruned =
    { $count ->
        [one] { $count } of them was deleted because of its age. The figures still count it.
       *[other] { $count } of them were deleted because of their age. The figures still count them.
    }
quality-sample-pruned =
    { $count ->
        [one] { $count } labelled drawing of the sample was deleted because of its age. The figures still count it.
       *[other] { $count } labelled drawings of the sample were deleted because of their age. The figures still count them.
    }
quality-none = –
quality-taken-for = predicted as { $label }
quality-table = As a table
quality-models = Each version of the model
quality-model = Model
quality-count = Drawings
quality-right = Right
quality-range = 95 % interval
quality-labelled = Labelled
quality-confusion = Confusion matrix
quality-confusion-about = A cell opens its drawings; – is not a digit.
quality-mistakes = Most frequent mistakes
quality-no-mistakes = None so far.
quality-truth = label
quality-predicted = prediction
quality-calibration = Calibration
quality-calibration-about = On the diagonal, the share of correct predictions equals their confidence. The bars are 95 % intervals.
quality-confidence = Confidence
quality-drift = Drift
quality-drift-about = Drawings, how sure the answers were, and the share of each digit; – is not a digit.
quality-mean = Mean confidence
quality-from = From
quality-to = To
quality-latency = Latency
quality-latency-about = The median is { $median }, the 95th percentile { $percentile } (n = { $count }).
quality-time = Time
quality-same-drawings = Versions on the same drawings
quality-same-drawings-about = A challenger in shadow and the model that served classified the same stored drawings. The last four columns count labelled drawings.
quality-challenger = Challenger
quality-champion = Served
quality-both-right = Both right
quality-only-challenger-right = Only the challenger
quality-only-champion-right = Only the other one
quality-neither-right = Neither

## The registry of models

models-heading = Models
models-about = The model services that follow this registry serve the version in the state “serving”. Earlier versions stay here for a rollback.
models-version = Version
models-state = State
models-states =
    .proposed = proposed
    .training = in training
    .evaluated = evaluated
    .rejected = rejected
    .shadow = shadow
    .serving = serving
    .retired = retired
models-since = Since
models-actor = By
models-reason = Reason
models-none = The registry has no model yet. The command “api model add” adds one.
models-rollback = Roll back
models-rollback-about = The model that served before serves again.
models-change = Promote or reject a model
models-promote = Promote
models-reject = Reject
models-shadow-drawings = { $count ->
    [one] Both models have classified { $count } stored drawing.
   *[other] Both models have classified { $count } stored drawings.
}
models-shadow-disagreements = Disagreements: { $count }, with a trusted label: { $labelled }.
models-shadow-test = Only this model was right on { $won }, only the other one on { $lost }. Evidence that it is better: { $better }, worse: { $worse }; 20 decides.
models-shadow-ends = The shadow ends on { $day } at the latest.

## The training runs that have not ended

runs-heading = Training runs
runs-steps =
    .training = training
    .evaluating = evaluating
    .comparing = comparing
    .failed = failed
runs-epoch = Epoch { $epoch } of { $epochs }.
runs-loss = Loss { $loss }.
runs-accuracy = { $share } of the training samples correct.

## The page of a model

model-history = Changes of state
model-training = Training
model-examples = { $count ->
    [one] { $count } drawing of people is in the training examples.
   *[other] { $count } drawings of people are in the training examples.
}
model-deleted-examples = { $count ->
    [one] { $count } of them has been deleted since.
   *[other] { $count } of them have been deleted since.
}
model-trained-at = End of training
model-duration = Duration
model-minutes = { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}
model-machine = Machine
model-architecture = Architecture
model-parameters = Parameters
model-command = Command
model-data = Files of the data
model-file = File
model-evaluation = Scores on the test sets
model-evaluation-about = The accuracy has its 95 % confidence interval. A set without an accuracy holds no digits: the model should reject its samples.
model-set = Test set
model-samples = Samples
model-errors = Errors
model-accuracy = Correct
model-rejected = Rejected
model-loss = Loss
model-calibration-error = Calibration error
model-comparison = Comparison with { $champion }
model-comparison-without = Comparison without a serving model
model-outcomes =
    .better = Better
    .worse = Worse
    .inconclusive = Inconclusive
model-rule = Rule
model-rules =
    .finite-weights = Finite weights
    .golden-drawings = Golden drawings
    .loss = Loss
    .accuracy = Accuracy
    .speed = Latency
    .non-inferiority = Fall of accuracy
    .slice-harm = Harm in a slice
    .rejected-digits = Rejected digits
    .rejected-negatives = Fall of rejected negatives
    .calibration-error = Calibration error
    .collected-drawings = Collected drawings
    .writers = Writers
    .superiority = Fewer mistakes
model-slice = Set or slice
model-measured = Measured
model-bound = Bound
model-points = { $points } points
model-result = Result
model-results =
    .passed = passed
    .failed = failed
    .undecided = undecided
model-detail = Details
model-gained = Mistakes gained ({ $count })
model-gained-about = Only this model makes them. Each picture has its label, then the answer of the serving model → the answer of this one.
model-lost = Mistakes lost ({ $count })
model-lost-about = Only the serving model makes them. Each picture has its label, then the answer of the serving model → the answer of this one.
model-deleted = deleted

## The drift of the serving model

drift-heading = Drift by week
drift-about = The predictions of { $version } in the last twelve weeks (UTC). A change says that people draw differently, or that other people draw.
drift-none = The model has made no predictions in the last twelve weeks.
drift-rejected = Rejected as no digit
drift-confidence = Mean confidence
drift-accuracy = Correct, random sample
drift-week = Week from
drift-evaluation = Evaluation
drift-evaluation-about = The bands are the ranges over the test sets with digits in the evaluation of the model. People also draw what is no digit, so more is rejected here. A calibrated model is as confident, on average, as it is correct.

## What a training run would learn from

training-examples-heading = What a run would learn from
training-examples-about = The labelled drawings from which a training run would learn if it started now, and those that the rules hold back.
training-examples-train = To train: { $drawings ->
        [one] { $drawings } drawing
       *[other] { $drawings } drawings
    } of { $writers ->
        [one] { $writers } writer
       *[other] { $writers } writers
    }
training-examples-gate = To compare a new model with the serving one: { $drawings ->
        [one] { $drawings } drawing
       *[other] { $drawings } drawings
    } of { $writers ->
        [one] { $writers } writer
       *[other] { $writers } writers
    }
training-examples-test = To test: { $drawings ->
        [one] { $drawings } drawing
       *[other] { $drawings } drawings
    } of { $writers ->
        [one] { $writers } writer
       *[other] { $writers } writers
    }
training-examples-gate-about = A comparison decides from 300 drawings of 20 writers on. A drawing of an operator counts as one of a writer of its own.
training-examples-class = Label
training-examples-sources =
    .visitors = Visitors
    .labellers = Labellers
    .operators = Operators
    .imported = Imported
training-examples-total = Together
training-examples-held-back = Held back
training-examples-nothing-held-back = The rules hold no labelled drawing back.
training-examples-rule = Reason
training-examples-rules =
    .unsure = The label is “unsure”.
    .not-allowed = The person who drew did not allow training.
    .too-small = The drawing is a dot.
    .unconfirmed = No trusted label confirms the label.
    .contradicted = The person who drew gave another label.
    .new-labeller = One new labeller alone has confirmed more than 50.
    .class-limit = One person drew more than 50 with the same label.
    .writer-limit = One person drew more than 1 % of all.
    .operator-limit = Operators have more than 1,000 with the same label.
training-examples-computed = Computed at { $time }, and again after five minutes.
training-examples-computing = The figures are being computed. With many drawings this takes some seconds.
training-examples-again = Show the figures

## The public gallery

gallery-heading = Gallery
gallery-about = Drawings that people submitted here, as the 28 by 28 pixels that the network saw.
gallery-none = No drawing yet.
gallery-picture = A drawing of the gallery
gallery-report = Report this drawing
gallery-report-about = The operators of this site look at it and may hide it. The report does not say who you are.
gallery-reason = Reason
gallery-reasons =
    .offensive = It is offensive
    .personal = It shows something personal
    .other = Another reason
gallery-send = Report
gallery-reported = Thank you. The operators will look at the drawing.
gallery-review = Review the gallery
gallery-waiting = Pictures that wait for approval
gallery-reports = Reported drawings
gallery-hidden = Hidden drawings
gallery-nothing = None.
gallery-approve = Approve
gallery-show = Show
gallery-keep = Keep
gallery-hide = Hide

## The pages of accounts

accounts-name = Name
accounts-password = Password
accounts-log-in = Log in
accounts-log-out = Log out
accounts-invited-before = I have an invitation code
accounts-set-password = Set a password
accounts-code = Invitation code
accounts-code-about = An operator gave you the code. It works once, for 15 minutes.
accounts-password-rule = 8 to 128 characters of any kind, not easy to guess. A passphrase of several words is good.
accounts-signed-in = You are logged in as { $name } ({ $role }).
accounts-change-password = Change the password
accounts-change-password-about = This ends all your other sessions.
accounts-old-password = Current password
accounts-new-password = New password
accounts-sessions = Sessions
accounts-sessions-about = A session ends 12 hours after its last use, and after 30 days at the latest.
accounts-began = Began
accounts-used = Last used
accounts-this-session = this browser
accounts-end-session = End
accounts-end-all = End all sessions
accounts-tokens = API tokens
accounts-tokens-about = A program sends its token as “Authorization: Bearer”. The token allows what its scopes name.
accounts-token-shown = This is the new token. Copy it now, because it is not shown again.
accounts-token-purpose = Purpose
accounts-scopes = Scopes
accounts-lifetime = Valid for
accounts-days = 
    { $count ->
        [one] 1 day
       *[other] { $count } days
    }
accounts-create-token = Create a token
accounts-person = Person
accounts-expires = Valid until
accounts-never = never
accounts-revoke = Revoke
accounts-revoked = revoked
accounts-people = People
accounts-role = Role
accounts-roles =
    .labeller = labeller
    .operator = operator
accounts-state = State
accounts-active = active
accounts-invited = invited
accounts-disabled = disabled
accounts-seen = Last seen
accounts-agreement = Agreement on gold drawings
accounts-agreed = { $agreed } of { $total } agree ({ $interval })
accounts-changes = Changes
accounts-make-role = Make { $role }
accounts-disable = Disable
accounts-enable = Enable
accounts-reset = Reset the password
accounts-ignored = labels do not count
accounts-ignore-labels = Do not count labels
accounts-count-labels = Count labels
accounts-agreement-about = One drawing in ten of the labelling queue is a gold drawing: an operator has confirmed its label. The labels of a labeller cease to count after 20 gold answers if the upper end of the 95 % interval of the agreement is below 90 %.
accounts-invite = Invite a person
accounts-invitation = { $name } opens { $address } within 15 minutes and enters this code. It is not shown again.
accounts-audit = Audit log
accounts-audit-about = Who changed people, tokens and sessions, and who exported. Addresses are removed after 30 days.
accounts-when = When
accounts-who = Who
accounts-action = Action
accounts-subject = Subject
accounts-address = Address
accounts-refused = refused

## The overview for operators

overview-heading = Overview
overview-storage = Storage
overview-stored =
    { $count ->
        [one] { $count } drawing is stored, with { $bytes } of inputs.
       *[other] { $count } drawings are stored, with { $bytes } of inputs.
    }
overview-storage-limited = { $share } of the limit of { $limit } is used.
overview-storage-unlimited = There is no limit.
overview-exports = Exports
overview-running = This instance runs { $all } of { $limit } exports of all drawings, and { $own } of { $limit } exports of a person’s own drawings.
overview-visitors = Busiest visitors
overview-visitors-about = Visitors who stored most drawings in the last 24 hours, with the account or the API token if there is one.
overview-visitor = Visitor
overview-drawings = Drawings
overview-size = Size
overview-quota = Daily quota used
overview-addresses = Busiest addresses
overview-addresses-about = Addresses that stored most drawings in the last 24 hours. This instance holds them in its memory only.
overview-nobody = Nobody has stored a drawing in the last 24 hours.
overview-blocked = Blocks
overview-blocked-about = Blocked visitors and addresses can neither store nor label. They still get answers while they draw, and they can delete their drawings. Blocking an address does not affect people who have logged in, or API tokens.
overview-blocked-none = Nobody is blocked.
overview-subject = Visitor or address
overview-subject-about = The id of a visitor, an address, or a network such as 203.0.113.0/24
overview-reason = Reason, for operators
overview-since = Since
overview-until = Until
overview-until-removed = until it is removed
overview-duration = Duration
overview-block = Block
overview-unblock = Unblock
overview-limits = Limits and quotas
overview-limits-about = Requests above a limit get the error 429. API tokens have no limit.
overview-limits-off = There are no rate limits and quotas.
overview-of-use = Use
overview-of-client = Per visitor or account
overview-of-address = Per address
overview-of-address-at-once = Per address at once
overview-uses =
    .previews = Previews
    .explanations = Explanations
    .drawings = Stored drawings
    .labels = Labels
    .lists = Lists and figures
    .exports = Exports
overview-a-minute = { $count } a minute
overview-an-hour = { $count } an hour
overview-a-day = { $count } a day
overview-a-day-of-bytes = { $bytes } a day
overview-settings = Settings
overview-settings-about = The settings of this instance. They are variables of its environment.
overview-setting = Variable
overview-value = Value
overview-not-set = not set
overview-invalid-block = Nothing was blocked
    .advice = Enter the id of a visitor, an address or a network of at most a /16 (IPv4) or a /32 (IPv6), and a reason of at most 200 characters.

## The page about privacy

privacy-heading = Privacy
privacy-operator = { $name } runs this site.
privacy-operator-unknown = The operator of this site has not stated a name.
privacy-contact = Contact: { $contact }
privacy-imprint = Legal notice
privacy-stored-heading = What is stored
privacy-stored = Each drawing that you submit, with its time, the answer of the network and the labels that people give it. Place, device and other metadata of photos are removed first. While you draw, the network answers, and nothing is stored.
privacy-cookies = A cookie holds a random number, by which the site knows which drawings are yours, for 400 days after your last visit. Other cookies hold your language, your time zone and, if you log in, your session and, for 400 days, that you have logged in with this browser. There is no tracking and nothing from other sites.
privacy-addresses = Drawings are stored without your address. The log of logins holds addresses for 30 days. To limit abuse, the service counts requests by address in its memory for a day. If an operator blocks an address, it is stored until the block ends.
privacy-seen-heading = Who sees it
privacy-seen-open = Everybody who can open this site sees all drawings.
privacy-seen-own = You see your drawings. The labellers and operators of this site see all drawings, to label them. Other visitors do not.
privacy-seen-gallery = Everybody sees the 28 by 28 pixels of a drawing from the canvas in the gallery, without its answer and its labels. Those of an uploaded picture are there only after an operator has approved it. Anybody may report a drawing, and an operator may hide it.
privacy-training-heading = Training
privacy-training = A drawing may train later models only if you allow it with the switch below the canvas. Each drawing keeps what you chose. A deleted drawing trains no later model.
privacy-how-long-heading = For how long
privacy-how-long = Drawings stay until you or an operator deletes them.
privacy-how-long-days =
    { $count ->
        [one] Drawings are deleted after 1 day, or earlier if you or an operator deletes them.
       *[other] Drawings are deleted after { $count } days, or earlier if you or an operator deletes them.
    }
privacy-totals = After that, the totals of this site still count them, but nothing of a drawing is left.
privacy-backups = 
    { $count ->
        [one] Backups hold a deleted drawing for 1 more day.
       *[other] Backups hold a deleted drawing for { $count } more days.
    }
privacy-backups-unknown = Backups may hold a deleted drawing longer; ask the operator.
privacy-yours-heading = Your drawings
privacy-download = Download all your drawings
privacy-confirm = Delete all my drawings, their answers and their labels. Nobody can undo this.
privacy-labels = The labels that you gave to drawings of others stay, without a link to you. Those that you gave with an account stay with the account.
privacy-delete = Delete all
privacy-deleted = All your drawings are deleted.

## Problems: what happened, and as advice what to do

problems-model-unavailable = The model is unavailable
    .advice = Try again in a moment.
problems-database-unavailable = Not recorded yet
    .advice = The database is unavailable. Try again in a moment.
problems-overloaded = Too many requests
    .advice = Try again in a moment.
problems-blank-image = Nothing to read yet
    .advice = Choose a picture with a digit that stands out from its background.
problems-not-an-image = That is not a picture
    .advice = Choose a PNG, JPEG, WebP or GIF.
problems-corrupt-image = That picture is damaged
    .advice = Save it again, or choose another.
problems-payload-too-large = That is too large
    .advice = Choose a picture of at most 5 MB.
problems-image-too-large = That picture is too large
    .advice = Choose one of at most 25 megapixels.
problems-unsupported-media-type = That kind of picture is not read here
    .advice = Choose a PNG, JPEG, WebP or GIF.
problems-invalid-form = There was no picture
    .advice = Choose one first.
problems-cross-site-request = This was sent from a page of another site
    .advice = Nothing was changed. Open the page at the address of this service and try again. If a reverse proxy stands before the service, it has to pass on the headers Host and Origin unchanged.
problems-misdirected-request = This is not the address of digits
    .advice = Open the address that the operator of this service gave you. The operator sets it as PUBLIC_URL; a reverse proxy has to pass on the header Host unchanged.
problems-unauthenticated = Log in to see this
    .advice = Open the page Log in, or go back to drawing.
problems-forbidden = Your account does not allow this
    .advice = An operator can change what your account may do.
problems-wrong-password = The name and the password do not belong together
    .advice = Try again. An operator can reset a forgotten password.
problems-invalid-password = This password cannot be used
    .advice = A password has 8 to 128 characters and is not easy to guess.
problems-rate-limited = Too many attempts
    .advice = Wait a moment and try again.
problems-invalid-invitation = This code does not work
    .advice = It is wrong, used or older than 15 minutes. Ask an operator for a new one.
problems-name-taken = This name is taken
    .advice = Choose another name, or reset the password of that person.
problems-last-operator = This is the last operator
    .advice = Make another operator first.
problems-unknown-model = No such model
    .advice = The registry has no model with this version.
problems-model-state = The state of the model does not allow this
    .advice = Look at its state in the list.
problems-invalid-input = The input is invalid
    .advice = Check the fields, and send the form again.
problems-quota-exceeded = You have reached the limit of drawings for today
    .advice = You have submitted as many drawings as one may in a day. Previews go on.
problems-storage-full = The storage of this site is full
    .advice = Your drawing is not stored. You still get answers while you draw. The operator of this site can make room.
problems-blocked = You cannot store or label drawings here
    .advice = An operator has blocked your browser or your address. You still get answers while you draw. The page Privacy says how to reach the operator.
problems-not-found = This drawing does not exist any more
    .advice = Draw a new one.
problems-invalid-query = These filters cannot be read
    .advice = Choose the filters again.
problems-history-unavailable = The history is temporarily unavailable
    .advice = Try again in a moment.
problems-other = That did not work
    .advice = Go back and try again.

## Messages that only the script shows

script-cleared = Cleared. Undo brings it back.
script-label-taken-back = The label is taken back.
script-deleted = Deleted, with its label.
script-not-deleted = Your drawing was not deleted. Try again.
script-not-explained = Ask again in a moment.
script-next = Next
script-recorded = Recorded: { $answer }
script-shown = Shown: { $answer }
script-last-not-recorded = The last drawing was not recorded
script-undo-brings-back = Undo brings it back.
script-draw-larger = Draw the digit a little larger.
script-drawing-still-here = Your drawing is still here.
script-picture-still-here = Your picture is still here.
script-trying-again = Trying again.
script-submit-sends-again = Submit sends it again.
script-database-unavailable = The database is unavailable.
script-label-not-recorded = Your label was not recorded. Try again.
script-unreachable = No connection
script-unavailable = Temporarily unavailable
script-try-another = Try another one.
