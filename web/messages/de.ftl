# The messages of the pages in German. CONTRIBUTING.md says how to add a language.

## The language itself

language-name = Deutsch

## Every page

page-description = Eine Ziffer zeichnen; ein neuronales Netz erkennt sie und sagt, wie sicher es ist.
page-languages = Sprachen
page-pages = Seiten
page-draw = Zeichnen
page-history = Verlauf
page-labelling = Benennen
page-login = Anmelden
page-account = Konto
page-gallery = Galerie
page-privacy = Datenschutz
page-quality = Qualität

## The canvas and its tools

canvas-workspace = Zeichnung
canvas-canvas = Zeichenfläche für eine Ziffer
canvas-prompt = Eine Ziffer zeichnen, 0–9
canvas-keyboard = Pfeiltasten bewegen den Stift, die Leertaste setzt ihn auf und hebt ihn ab, E nimmt den Radierer, Enter sendet.
canvas-without-script = Zum Zeichnen ist JavaScript nötig. Mit einem Bild einer Ziffer geht es ohne: unten auswählen.
canvas-undo = Rückgängig
canvas-undo-keys = Rückgängig (Strg+Z)
canvas-redo = Wiederholen
canvas-redo-keys = Wiederholen (Strg+Umschalt+Z)
canvas-eraser = Radierer
canvas-eraser-keys = Radierer (E)
canvas-width = Stift: { $width }
canvas-widths =
    .thin = dünn
    .medium = mittel
    .thick = dick
canvas-width-title = Breite des Stifts auf dem Bildschirm: Das Netz sieht bei jeder dieselbe Linie
canvas-width-note = Das Netz sieht bei jeder Breite dieselbe Linie.
canvas-clear = Leeren
canvas-clear-keys = Leeren (Esc)
canvas-picture = Ein Bild lesen
canvas-picture-ways = Ein Bild lesen: auswählen, hierher ziehen oder einfügen
canvas-camera = Ein Foto machen
canvas-read = Lesen
canvas-submit = Senden
canvas-submit-keys = Senden (Enter)
canvas-privacy-open = Gesendete Zeichnungen werden ohne Metadaten (Ort, Gerät) gespeichert. Alle können sie sehen; die eigenen lassen sich löschen.
canvas-may-train = Meine Zeichnungen dürfen spätere Modelle trainieren
canvas-privacy-own = Gesendete Zeichnungen werden ohne Metadaten (Ort, Gerät) gespeichert. Deine sehen nur du, die Labeller und die Operatoren dieser Seite; du kannst sie löschen.
canvas-privacy-gallery = Gesendete Zeichnungen werden ohne Metadaten (Ort, Gerät) gespeichert. Die Labeller und Operatoren dieser Seite sehen sie alle; jeder sieht die 28 mal 28 Pixel einer Zeichnung in der Galerie, und die eines Bildes, sobald ein Operator es freigegeben hat. Du kannst deine löschen.

## The answer next to the canvas

answer-panel = Antwort
answer-not-a-digit = Keine Ziffer
answer-confidence-label =
    .almost-certain = so gut wie sicher
    .very-likely = sehr wahrscheinlich
    .probable = wahrscheinlich
    .possible = vielleicht
    .guess = geraten
answer-reasons =
    .too-small = Die Zeichnung ist zu klein, um etwas zu erkennen.
    .several-digits = Mehrere Ziffern, wie es scheint. Bitte nur eine auf einmal.
    .unlike-a-digit = Es sieht nach keiner Ziffer von 0 bis 9 aus.
answer-nearest = Am ehesten die Ziffer { $digit }.
answer-soon = Die Antwort kommt schon beim Zeichnen.
answer-busy = Wird gelesen …
answer-bitmap = Die Zeichnung in 28 mal 28 Pixeln
answer-seen = was das Netz sah
answer-kept = Nur gesendete Zeichnungen werden gespeichert.
answer-submit = Senden, um es zu behalten und zu benennen.
answer-bars = Wahrscheinlichkeit jeder Ziffer
answer-rate = Von 100 so sicheren Antworten { $correct ->
        [one] ist { $correct }
       *[other] sind { $correct }
    } hier richtig (n = { $total }).
answer-rate-unknown = Zu wenige so sichere Antworten sind benannt (n = { $total }).
answer-more = Mehr dazu
answer-delete = Löschen
answer-delete-sure = Wirklich löschen?
answer-model = Modell { $model }

## The attribution: which strokes the answer is based on

why-ask = Warum?
why-title = Zeigen, worauf die Antwort beruht
why-heading = Warum { $answer }?
why-picture = Die Zeichnung in 28 mal 28 Pixeln, gefärbt, wo ihre Striche für oder gegen die Antwort sprechen
why-speaks-for = Spricht dafür, am meisten { $region }.
why-nothing-for = Kein Strich spricht dafür.
why-speaks-against = Spricht dagegen, am meisten { $region }.
why-nothing-against = Kein Strich spricht dagegen.
why-regions =
    .upper-left = oben links
    .top = oben
    .upper-right = oben rechts
    .left = links
    .middle = in der Mitte
    .right = rechts
    .lower-left = unten links
    .bottom = unten
    .lower-right = unten rechts
why-computed-now = Jetzt berechnet vom Modell { $model }.

## The label that people give a drawing

label-not-a-digit = keine Ziffer
label-unsure = unsicher
label-unsure-key = Nicht zu erkennen
label-right = Richtig
label-wrong = Falsch
label-change = Ändern
label-take-back = Benennung zurücknehmen
label-take-back-keys = Benennung zurücknehmen (Strg+Z gleich danach)
label-question = Was ist es?
label-thanks = Danke. Benannt: { $label }.

## The recent drawings below the canvas

recent-newest-heading = Zuletzt
recent-older-heading = Früher
recent-unavailable = Die Zeichnungen sind vorübergehend nicht verfügbar.
recent-none = Noch nichts. Die erste gesendete Zeichnung erscheint hier.
recent-tags =
    .too-small = zu klein
    .several-digits = mehrere
    .unlike-a-digit = keine Ziffer
recent-right = richtig
recent-wrong = falsch, es ist: { $label }
recent-unlabelled = unbenannt
recent-pages = Seiten mit Zeichnungen
recent-newest = Neueste
recent-older = Ältere

## The history and its filters

history-views = Ansichten
history-heading = Verlauf
history-any = alle
history-all = Alle
history-wrong = Falsch
history-low-confidence = Weniger als 90 % sicher
history-labelled = benannt
history-not-labelled = Nicht benannt
history-disputed = Strittig
history-suspect = Zweifelhafte Benennungen
history-filters = Mehr Filter
history-predicted = Vorhergesagt
history-true-label = Benannt als
history-label = Benennung
history-model = Modell
history-source = Aus
history-sources =
    .canvas = der Seite
    .upload = einem Bild
    .api = einem Programm
history-since = Seit (UTC)
history-until = Vor (UTC)
history-show = Zeigen
history-none = Keine Zeichnung passt.
history-export = Exportieren:
history-formats =
    .csv = CSV
    .ndjson = JSON-Zeilen
    .idx = IDX wie bei MNIST

## The page of one drawing

drawing-heading = Eine Zeichnung
drawing-picture = Die Zeichnung
drawing-replay = Noch einmal zeichnen
drawing-facts = Dazu
drawing-when = Gezeichnet
drawing-source = Aus
drawing-took = Latenz der Vorhersage
drawing-models = Vorhersage jeder Modellversion
drawing-models-about = Jede geladene Modellversion sagt die Zeichnung jetzt vorher.
drawing-models-unavailable = Das Modell ist vorübergehend nicht verfügbar.
drawing-model = Modell
drawing-says = Vorhersage
drawing-deletion = Diese Zeichnung löschen
drawing-deletion-confirm = Die Zeichnung mit Antwort und Angaben löschen. Niemand kann das rückgängig machen.

## The labelling queue

labelling-left =
    { $count ->
        [one] noch { $count } Zeichnung
       *[other] noch { $count } Zeichnungen
    }
labelling-disputed = { $count } strittig
labelling-suspect = Zweifelhafte Benennungen
labelling-all = Alle Zeichnungen
labelling-about = Zeichnungen ohne Benennung, die unsichersten zuerst.
labelling-mixed = Unbenannte Zeichnungen, die unsichersten zuerst. Einige andere sind beigemischt, um die Benennungen und die Genauigkeit zu prüfen.
labelling-disputed-about = Andere haben diese Zeichnungen verschieden benannt. Die Mehrheit entscheidet; die Benennung eines Operators entscheidet allein.
labelling-suspect-about = Das Netz ist sich einer anderen Klasse so sicher, dass die Benennung wahrscheinlich falsch ist. Zwei Personen mit derselben Benennung entscheiden.
labelling-picture = Eine Zeichnung
labelling-skip = Überspringen
labelling-done = Benannt: { $label }.
labelling-network = Das Netz sagte { $answer } vorher.
labelling-none = Alle Zeichnungen sind benannt. Danke.
labelling-skipped = Die übrigen Zeichnungen sind übersprungen.
labelling-again = Übersprungene Zeichnungen
labelling-others = Zurzeit wartet keine Zeichnung auf deine Benennung.

## The quality of the predictions

quality-span = Zeitraum
quality-heading = Qualität der Vorhersagen
quality-days =
    { $count ->
        [one] { $count } Tag
       *[other] { $count } Tage
    }
quality-all = Alle
quality-all-models = Alle Modelle
quality-nobody = Noch ist keine Zeichnung benannt; die Genauigkeit ist unbekannt.
quality-label = Einige benennen
quality-of =
    { $count ->
        [one] von { $count } benannten Antwort war richtig.
       *[other] von { $count } benannten Antworten waren richtig.
    }
quality-interval = 95-%-Intervall { $interval }.
quality-drawings =
    { $count ->
        [one] Insgesamt { $count } Zeichnung.
       *[other] Insgesamt { $count } Zeichnungen.
    }
quality-all-labels = Alle Benennungen
quality-all-labels-about = Menschen wählen, was sie benennen, und die Warteschlange beginnt mit den unsichersten Zeichnungen. Dieser Anteil ist deshalb meist kleiner als die Genauigkeit auf allen Zeichnungen.
quality-random-sample = Zufallsstichprobe
quality-random-sample-about = Der Zufall hat diese Zeichnungen beim Speichern gewählt, und Menschen haben sie benannt, ohne die Vorhersage zu sehen. Dieser Anteil schätzt die Genauigkeit auf allen Zeichnungen.
quality-undecided = { $count } weitere ohne einhellige Benennung.
quality-no-random-sample = Noch ist keine Zeichnung der Zufallsstichprobe benannt. Mit Konten mischt die Warteschlange solche Zeichnungen bei.
quality-pruned =
    { $count ->
        [one] { $count } davon ist wegen ihres Alters inzwischen gelöscht und bleibt gezählt.
       *[other] { $count } davon sind wegen ihres Alters inzwischen gelöscht und bleiben gezählt.
    }
quality-sample-pruned =
    { $count ->
        [one] { $count } benannte Zeichnung der Stichprobe ist wegen ihres Alters inzwischen gelöscht und bleibt gezählt.
       *[other] { $count } benannte Zeichnungen der Stichprobe sind wegen ihres Alters inzwischen gelöscht und bleiben gezählt.
    }
quality-none = –
quality-taken-for = vorhergesagt als { $label }
quality-table = Als Tabelle
quality-models = Jede Version des Modells
quality-model = Modell
quality-count = Zeichnungen
quality-right = Richtig
quality-range = 95-%-Intervall
quality-labelled = Benannt
quality-confusion = Konfusionsmatrix
quality-confusion-about = Ein Feld führt zu seinen Zeichnungen; – ist keine Ziffer.
quality-mistakes = Häufigste Fehler
quality-no-mistakes = Bisher keine.
quality-truth = Benennung
quality-predicted = Vorhersage
quality-calibration = Kalibrierung
quality-calibration-about = Auf der Diagonalen entspricht der Anteil richtiger Vorhersagen ihrer Sicherheit. Die Striche sind 95-%-Intervalle.
quality-confidence = Sicherheit
quality-drift = Drift
quality-drift-about = Zeichnungen, wie sicher die Antworten waren, und der Anteil jeder Ziffer; – ist keine Ziffer.
quality-mean = Mittlere Sicherheit
quality-from = Von
quality-to = Bis
quality-latency = Latenz
quality-latency-about = Der Median ist { $median }, das 95. Perzentil { $percentile } (n = { $count }).
quality-time = Zeit
quality-same-drawings = Versionen auf denselben Zeichnungen
quality-same-drawings-about = Ein Herausforderer im Schatten und das Modell, das antwortete, haben dieselben gespeicherten Zeichnungen vorhergesagt. Die letzten vier Spalten zählen benannte Zeichnungen.
quality-challenger = Herausforderer
quality-champion = Antwortete
quality-both-right = Beide richtig
quality-only-challenger-right = Nur der Herausforderer
quality-only-champion-right = Nur das andere
quality-neither-right = Keines

## The registry of models

models-heading = Modelle
models-about = Die Modelldienste, die diesem Verzeichnis folgen, verwenden die Version mit dem Zustand „antwortet“. Frühere Versionen bleiben hier, damit man zurückkehren kann.
models-version = Version
models-state = Zustand
models-states =
    .proposed = vorgeschlagen
    .training = im Training
    .evaluated = bewertet
    .rejected = abgelehnt
    .shadow = im Schatten
    .serving = antwortet
    .retired = abgelöst
models-since = Seit
models-actor = Von
models-reason = Grund
models-none = Das Verzeichnis hat noch kein Modell. Der Befehl „api model add“ fügt eines hinzu.
models-rollback = Zurückkehren
models-rollback-about = Das Modell, das vorher geantwortet hat, antwortet wieder.
models-change = Ein Modell einsetzen oder ablehnen
models-promote = Einsetzen
models-reject = Ablehnen
models-shadow-drawings = { $count ->
    [one] Beide Modelle haben { $count } gespeicherte Zeichnung vorhergesagt.
   *[other] Beide Modelle haben { $count } gespeicherte Zeichnungen vorhergesagt.
}
models-shadow-disagreements = Verschiedene Antworten: { $count }, davon mit verlässlichem Namen: { $labelled }.
models-shadow-test = Nur dieses Modell hatte { $won }-mal recht, nur das andere { $lost }-mal. Beleg, dass es besser ist: { $better }, schlechter: { $worse }; 20 entscheidet.
models-shadow-ends = Der Schatten endet spätestens am { $day }.

## The training runs that have not ended

runs-heading = Laufende Trainings
runs-steps =
    .training = Training
    .evaluating = Bewertung
    .comparing = Vergleich
    .failed = gescheitert
runs-epoch = Epoche { $epoch } von { $epochs }.
runs-loss = Verlust { $loss }.
runs-accuracy = { $share } der Trainingsbeispiele richtig.

## The page of a model

model-history = Zustandswechsel
model-training = Training
model-examples = { $count ->
    [one] { $count } Zeichnung von Menschen ist unter den Trainingsbeispielen.
   *[other] { $count } Zeichnungen von Menschen sind unter den Trainingsbeispielen.
}
model-deleted-examples = { $count ->
    [one] { $count } davon wurde seither gelöscht.
   *[other] { $count } davon wurden seither gelöscht.
}
model-trained-at = Ende des Trainings
model-duration = Dauer
model-minutes = { $minutes ->
    [one] { $minutes } Minute
   *[other] { $minutes } Minuten
}
model-machine = Maschine
model-architecture = Architektur
model-parameters = Parameter
model-command = Befehl
model-data = Dateien der Daten
model-file = Datei
model-evaluation = Ergebnisse auf den Testdaten
model-evaluation-about = Der Anteil richtiger Antworten steht mit seinem 95-%-Konfidenzintervall. Testdaten ohne diesen Anteil enthalten keine Ziffern: Das Modell soll diese Beispiele ablehnen.
model-set = Testdaten
model-samples = Beispiele
model-errors = Fehler
model-accuracy = Richtig
model-rejected = Abgelehnt
model-loss = Verlust
model-calibration-error = Kalibrierungsfehler
model-comparison = Vergleich mit { $champion }
model-comparison-without = Vergleich ohne aktives Modell
model-outcomes =
    .better = Besser
    .worse = Schlechter
    .inconclusive = Unentschieden
model-rule = Regel
model-rules =
    .finite-weights = Endliche Gewichte
    .golden-drawings = Referenzzeichnungen
    .loss = Verlust
    .accuracy = Anteil richtiger Antworten
    .speed = Latenz
    .non-inferiority = Rückgang richtiger Antworten
    .slice-harm = Schaden in einem Teil
    .rejected-digits = Abgelehnte Ziffern
    .rejected-negatives = Rückgang abgelehnter Nicht-Ziffern
    .calibration-error = Kalibrierungsfehler
    .collected-drawings = Gesammelte Zeichnungen
    .writers = Schreibende
    .superiority = Weniger Fehler
model-slice = Datensatz oder Teil
model-measured = Gemessen
model-bound = Grenze
model-points = { $points } Punkte
model-result = Ergebnis
model-results =
    .passed = bestanden
    .failed = nicht bestanden
    .undecided = unentschieden
model-detail = Einzelheiten
model-gained = Neue Fehler ({ $count })
model-gained-about = Nur dieses Modell macht sie. Bei jedem Bild steht das Label, dann die Antwort des aktiven Modells → die Antwort dieses Modells.
model-lost = Behobene Fehler ({ $count })
model-lost-about = Nur das aktive Modell macht sie. Bei jedem Bild steht das Label, dann die Antwort des aktiven Modells → die Antwort dieses Modells.
model-deleted = gelöscht

## The drift of the serving model

drift-heading = Drift nach Wochen
drift-about = Die Vorhersagen von { $version } in den letzten zwölf Wochen (UTC). Eine Änderung sagt, dass anders gezeichnet wird, oder dass andere zeichnen.
drift-none = Das Modell hat in den letzten zwölf Wochen nichts vorhergesagt.
drift-rejected = Als keine Ziffer abgelehnt
drift-confidence = Mittlere Sicherheit
drift-accuracy = Richtig, Zufallsstichprobe
drift-week = Woche ab
drift-evaluation = Bewertung
drift-evaluation-about = Die Bänder zeigen den Bereich der Testdaten mit Ziffern aus der Bewertung des Modells. Hier zeichnet man auch anderes als Ziffern, darum wird mehr abgelehnt. Ein kalibriertes Modell ist im Mittel so sicher, wie es richtig antwortet.

## What a training run would learn from

training-examples-heading = Woraus ein Training lernen würde
training-examples-about = Die benannten Zeichnungen, aus denen ein Training jetzt lernen würde, und diejenigen, die die Regeln zurückhalten.
training-examples-train = Zum Trainieren: { $drawings ->
        [one] { $drawings } Zeichnung
       *[other] { $drawings } Zeichnungen
    } von { $writers ->
        [one] { $writers } Urheber
       *[other] { $writers } Urhebern
    }
training-examples-gate = Zum Vergleich eines neuen Modells mit dem jetzigen: { $drawings ->
        [one] { $drawings } Zeichnung
       *[other] { $drawings } Zeichnungen
    } von { $writers ->
        [one] { $writers } Urheber
       *[other] { $writers } Urhebern
    }
training-examples-test = Zum Testen: { $drawings ->
        [one] { $drawings } Zeichnung
       *[other] { $drawings } Zeichnungen
    } von { $writers ->
        [one] { $writers } Urheber
       *[other] { $writers } Urhebern
    }
training-examples-gate-about = Ein Vergleich entscheidet ab 300 Zeichnungen von 20 Urhebern. Jede Zeichnung eines Operators zählt als die eines eigenen Urhebers.
training-examples-class = Benennung
training-examples-sources =
    .visitors = Besucher
    .labellers = Benennende
    .operators = Operatoren
    .imported = Importiert
training-examples-total = Zusammen
training-examples-held-back = Zurückgehalten
training-examples-nothing-held-back = Die Regeln halten keine benannte Zeichnung zurück.
training-examples-rule = Grund
training-examples-rules =
    .unsure = Die Benennung ist „unsicher“.
    .not-allowed = Die zeichnende Person hat das Training nicht erlaubt.
    .too-small = Die Zeichnung ist ein Punkt.
    .unconfirmed = Keine vertrauenswürdige Benennung bestätigt sie.
    .contradicted = Die zeichnende Person hat sie anders benannt.
    .new-labeller = Eine neue Person allein hat mehr als 50 bestätigt.
    .class-limit = Eine Person hat mehr als 50 mit derselben Benennung gezeichnet.
    .writer-limit = Eine Person hat mehr als 1 % aller gezeichnet.
    .operator-limit = Von Operatoren gibt es mehr als 1.000 mit derselben Benennung.
training-examples-computed = Berechnet um { $time }, und erneut nach fünf Minuten.
training-examples-computing = Die Zahlen werden berechnet. Bei vielen Zeichnungen dauert das einige Sekunden.
training-examples-again = Zahlen zeigen

## Die öffentliche Galerie

gallery-heading = Galerie
gallery-about = Zeichnungen, die Menschen hier gesendet haben, als die 28 mal 28 Pixel, die das Netz gesehen hat.
gallery-none = Noch keine Zeichnung.
gallery-picture = Eine Zeichnung der Galerie
gallery-report = Diese Zeichnung melden
gallery-report-about = Die Operatoren dieser Seite sehen sie sich an und können sie verbergen. Die Meldung sagt nicht, wer du bist.
gallery-reason = Grund
gallery-reasons =
    .offensive = Sie ist anstößig
    .personal = Sie zeigt etwas Persönliches
    .other = Ein anderer Grund
gallery-send = Melden
gallery-reported = Danke. Die Operatoren sehen sich die Zeichnung an.
gallery-review = Die Galerie prüfen
gallery-waiting = Bilder, die auf Freigabe warten
gallery-reports = Gemeldete Zeichnungen
gallery-hidden = Verborgene Zeichnungen
gallery-nothing = Keine.
gallery-approve = Freigeben
gallery-show = Zeigen
gallery-keep = Behalten
gallery-hide = Verbergen

## Die Seiten der Konten

accounts-name = Name
accounts-password = Passwort
accounts-log-in = Anmelden
accounts-log-out = Abmelden
accounts-invited-before = Ich habe einen Einladungscode
accounts-set-password = Passwort festlegen
accounts-code = Einladungscode
accounts-code-about = Ein Operator hat dir den Code gegeben. Er gilt einmal, 15 Minuten lang.
accounts-password-rule = 8 bis 128 beliebige Zeichen, nicht leicht zu erraten. Ein Satz aus mehreren Wörtern ist gut.
accounts-signed-in = Du bist als { $name } angemeldet ({ $role }).
accounts-change-password = Passwort ändern
accounts-change-password-about = Das beendet alle deine anderen Sitzungen.
accounts-old-password = Bisheriges Passwort
accounts-new-password = Neues Passwort
accounts-sessions = Sitzungen
accounts-sessions-about = Eine Sitzung endet 12 Stunden nach der letzten Benutzung, spätestens nach 30 Tagen.
accounts-began = Beginn
accounts-used = Zuletzt benutzt
accounts-this-session = dieser Browser
accounts-end-session = Beenden
accounts-end-all = Alle Sitzungen beenden
accounts-tokens = API-Tokens
accounts-tokens-about = Ein Programm sendet sein Token als „Authorization: Bearer“. Das Token erlaubt, was seine Scopes nennen.
accounts-token-shown = Das ist das neue Token. Kopiere es jetzt, denn es wird nicht noch einmal gezeigt.
accounts-token-purpose = Zweck
accounts-scopes = Scopes
accounts-lifetime = Gültig für
accounts-days = 
    { $count ->
        [one] 1 Tag
       *[other] { $count } Tage
    }
accounts-create-token = Token erzeugen
accounts-person = Person
accounts-expires = Gültig bis
accounts-never = nie
accounts-revoke = Widerrufen
accounts-revoked = widerrufen
accounts-people = Personen
accounts-role = Rolle
accounts-roles =
    .labeller = Labeller
    .operator = Operator
accounts-state = Zustand
accounts-active = aktiv
accounts-invited = eingeladen
accounts-disabled = gesperrt
accounts-seen = Zuletzt gesehen
accounts-agreement = Übereinstimmung bei Gold-Zeichnungen
accounts-agreed = { $agreed } von { $total } stimmen überein ({ $interval })
accounts-changes = Änderungen
accounts-make-role = Zu { $role } machen
accounts-disable = Sperren
accounts-enable = Freigeben
accounts-reset = Passwort zurücksetzen
accounts-ignored = Benennungen zählen nicht
accounts-ignore-labels = Benennungen nicht zählen
accounts-count-labels = Benennungen zählen
accounts-agreement-about = Jede zehnte Zeichnung der Warteschlange ist eine Gold-Zeichnung: Ein Operator hat ihre Benennung bestätigt. Die Benennungen einer Person zählen nach 20 Gold-Antworten nicht mehr, wenn das obere Ende des 95-%-Intervalls der Übereinstimmung unter 90 % liegt.
accounts-invite = Person einladen
accounts-invitation = { $name } öffnet innerhalb von 15 Minuten { $address } und gibt diesen Code ein. Er wird nicht noch einmal gezeigt.
accounts-audit = Audit-Log
accounts-audit-about = Wer Personen, Tokens und Sitzungen geändert und wer exportiert hat. Adressen werden nach 30 Tagen entfernt.
accounts-when = Wann
accounts-who = Wer
accounts-action = Aktion
accounts-subject = Gegenstand
accounts-address = Adresse
accounts-refused = abgelehnt

## The overview for operators

overview-heading = Übersicht
overview-storage = Speicher
overview-stored =
    { $count ->
        [one] { $count } Zeichnung ist gespeichert, mit { $bytes } an Eingaben.
       *[other] { $count } Zeichnungen sind gespeichert, mit { $bytes } an Eingaben.
    }
overview-storage-limited = { $share } der Obergrenze von { $limit } sind belegt.
overview-storage-unlimited = Es gibt keine Obergrenze.
overview-exports = Exporte
overview-running = Auf dieser Instanz laufen { $all } von { $limit } möglichen Exporten aller Zeichnungen und { $own } von { $limit } möglichen Exporten eigener Zeichnungen.
overview-visitors = Aktivste Besucher
overview-visitors-about = Besucher, die in den letzten 24 Stunden die meisten Zeichnungen gespeichert haben, mit dem Konto oder dem API-Token, falls es eines gibt.
overview-visitor = Besucher
overview-drawings = Zeichnungen
overview-size = Größe
overview-quota = Tageskontingent belegt
overview-addresses = Aktivste Adressen
overview-addresses-about = Adressen, die in den letzten 24 Stunden die meisten Zeichnungen gespeichert haben. Diese Instanz hält sie nur im Arbeitsspeicher.
overview-nobody = Niemand hat eine Zeichnung gespeichert.
overview-blocked = Sperren
overview-blocked-about = Gesperrte Besucher und Adressen können weder speichern noch benennen. Während sie zeichnen, antwortet das Netz weiterhin, und sie können ihre Zeichnungen löschen. Die Sperre einer Adresse gilt weder für angemeldete Personen noch für API-Tokens.
overview-blocked-none = Niemand ist gesperrt.
overview-subject = Besucher oder Adresse
overview-subject-about = Die Kennung eines Besuchers, eine Adresse oder ein Netz wie 203.0.113.0/24
overview-reason = Grund, für Operatoren
overview-since = Seit
overview-until = Bis
overview-until-removed = bis sie aufgehoben wird
overview-duration = Dauer
overview-block = Sperren
overview-unblock = Entsperren
overview-limits = Grenzen und Kontingente
overview-limits-about = Jede weitere Anfrage muss warten. API-Tokens haben keine Grenze.
overview-limits-off = Es gibt keine Grenzen und Kontingente.
overview-of-use = Nutzung
overview-of-client = Je Besucher oder Konto
overview-of-address = Je Adresse
overview-of-address-at-once = Je Adresse auf einmal
overview-uses =
    .previews = Vorschauen
    .explanations = Erklärungen
    .drawings = Gespeicherte Zeichnungen
    .labels = Benennungen
    .lists = Listen und Zahlen
    .exports = Exporte
overview-a-minute = { $count } pro Minute
overview-an-hour = { $count } pro Stunde
overview-a-day = { $count } pro Tag
overview-a-day-of-bytes = { $bytes } pro Tag
overview-settings = Einstellungen
overview-settings-about = Die Einstellungen dieser Instanz. Sie sind Variablen ihrer Umgebung.
overview-setting = Variable
overview-value = Wert
overview-not-set = nicht gesetzt
overview-invalid-block = Nichts wurde gesperrt
    .advice = Gib die Kennung eines Besuchers, eine Adresse oder ein Netz von höchstens /16 (IPv4) oder /32 (IPv6) an, und einen Grund von höchstens 200 Zeichen.

## Die Seite zum Datenschutz

privacy-heading = Datenschutz
privacy-operator = { $name } betreibt diese Seite.
privacy-operator-unknown = Der Betreiber dieser Seite hat keinen Namen angegeben.
privacy-contact = Kontakt: { $contact }
privacy-imprint = Impressum
privacy-stored-heading = Was gespeichert wird
privacy-stored = Jede Zeichnung, die du sendest, mit ihrer Zeit, der Antwort des Netzes und den Angaben, die Menschen dazu machen. Ort, Gerät und andere Metadaten von Fotos werden vorher entfernt. Während du zeichnest, antwortet das Netz, und nichts wird gespeichert.
privacy-cookies = Ein Cookie enthält eine Zufallszahl, an der die Seite erkennt, welche Zeichnungen deine sind, bis 400 Tage nach deinem letzten Besuch. Andere Cookies enthalten deine Sprache, deine Zeitzone und, wenn du dich anmeldest, deine Sitzung und 400 Tage lang, dass du dich mit diesem Browser angemeldet hast. Es gibt kein Tracking und nichts von anderen Seiten.
privacy-addresses = Zeichnungen werden ohne deine Adresse gespeichert. Das Protokoll der Anmeldungen enthält Adressen 30 Tage lang. Gegen Missbrauch zählt der Dienst Anfragen je Adresse einen Tag lang im Arbeitsspeicher. Sperrt ein Operator eine Adresse, wird sie gespeichert, bis die Sperre endet.
privacy-seen-heading = Wer es sieht
privacy-seen-open = Alle, die diese Seite öffnen können, sehen alle Zeichnungen.
privacy-seen-own = Du siehst deine Zeichnungen. Die Labeller und Operatoren dieser Seite sehen alle Zeichnungen, um sie zu benennen. Andere Besucher sehen sie nicht.
privacy-seen-gallery = Alle sehen die 28 mal 28 Pixel einer Zeichnung von der Zeichenfläche in der Galerie, ohne Antwort und Angaben. Die eines hochgeladenen Bildes stehen dort erst, wenn ein Operator es freigegeben hat. Jeder kann eine Zeichnung melden, und ein Operator kann sie verbergen.
privacy-training-heading = Training
privacy-training = Eine Zeichnung darf spätere Modelle nur trainieren, wenn du es mit dem Schalter unter der Zeichenfläche erlaubst. Jede Zeichnung behält, was du gewählt hast. Eine gelöschte Zeichnung trainiert kein späteres Modell.
privacy-how-long-heading = Wie lange
privacy-how-long = Zeichnungen bleiben, bis du oder ein Operator sie löscht.
privacy-how-long-days =
    { $count ->
        [one] Zeichnungen werden nach 1 Tag gelöscht, oder früher, wenn du oder ein Operator sie löscht.
       *[other] Zeichnungen werden nach { $count } Tagen gelöscht, oder früher, wenn du oder ein Operator sie löscht.
    }
privacy-totals = Danach zählen die Summen dieser Seite sie noch mit, aber von der Zeichnung ist nichts mehr da.
privacy-backups = 
    { $count ->
        [one] Sicherungen enthalten eine gelöschte Zeichnung noch 1 Tag lang.
       *[other] Sicherungen enthalten eine gelöschte Zeichnung noch { $count } Tage lang.
    }
privacy-backups-unknown = Sicherungen können eine gelöschte Zeichnung länger enthalten; frage den Betreiber.
privacy-yours-heading = Deine Zeichnungen
privacy-download = Alle deine Zeichnungen herunterladen
privacy-confirm = Alle meine Zeichnungen mit Antworten und Angaben löschen. Niemand kann das rückgängig machen.
privacy-labels = Die Angaben, die du zu Zeichnungen anderer gemacht hast, bleiben ohne Verbindung zu dir. Die mit einem Konto gemachten bleiben bei dem Konto.
privacy-delete = Alle löschen
privacy-deleted = Alle deine Zeichnungen sind gelöscht.

## Problems: what happened, and as advice what to do

problems-model-unavailable = Das Modell ist nicht verfügbar
    .advice = Bitte gleich noch einmal versuchen.
problems-database-unavailable = Noch nicht aufgezeichnet
    .advice = Die Datenbank ist nicht verfügbar. Bitte gleich noch einmal versuchen.
problems-overloaded = Zu viele Anfragen
    .advice = Bitte gleich noch einmal versuchen.
problems-blank-image = Noch nichts zu lesen
    .advice = Bitte ein Bild wählen, auf dem sich die Ziffer vom Hintergrund abhebt.
problems-not-an-image = Das ist kein Bild
    .advice = Bitte ein PNG, JPEG, WebP oder GIF wählen.
problems-corrupt-image = Das Bild ist beschädigt
    .advice = Bitte neu speichern oder ein anderes wählen.
problems-payload-too-large = Das ist zu groß
    .advice = Bitte ein Bild von höchstens 5 MB wählen.
problems-image-too-large = Das Bild ist zu groß
    .advice = Bitte eines mit höchstens 25 Megapixeln wählen.
problems-unsupported-media-type = Bilder dieser Art werden hier nicht gelesen
    .advice = Bitte ein PNG, JPEG, WebP oder GIF wählen.
problems-invalid-form = Es war kein Bild dabei
    .advice = Bitte erst eines auswählen.
problems-cross-site-request = Das kam von der Seite einer anderen Website
    .advice = Es wurde nichts geändert. Bitte die Seite unter der Adresse dieses Dienstes öffnen und noch einmal versuchen. Ein Reverse-Proxy vor dem Dienst muss die Header Host und Origin unverändert weitergeben.
problems-misdirected-request = Das ist nicht die Adresse von digits
    .advice = Öffne die Adresse, die der Betreiber dieses Dienstes nennt. Der Betreiber setzt sie als PUBLIC_URL; ein Reverse-Proxy muss den Header Host unverändert weitergeben.
problems-unauthenticated = Dafür muss man sich anmelden
    .advice = Öffne die Seite Anmelden, oder zeichne weiter.
problems-forbidden = Dein Konto erlaubt das nicht
    .advice = Ein Operator kann ändern, was dein Konto darf.
problems-wrong-password = Name und Passwort gehören nicht zusammen
    .advice = Versuche es noch einmal. Ein Operator kann ein vergessenes Passwort zurücksetzen.
problems-invalid-password = Dieses Passwort geht nicht
    .advice = Ein Passwort hat 8 bis 128 Zeichen und ist nicht leicht zu erraten.
problems-rate-limited = Zu viele Versuche
    .advice = Warte einen Moment und versuche es noch einmal.
problems-invalid-invitation = Dieser Code gilt nicht
    .advice = Er ist falsch, benutzt oder älter als 15 Minuten. Bitte einen Operator um einen neuen.
problems-name-taken = Diesen Namen gibt es schon
    .advice = Wähle einen anderen Namen, oder setze das Passwort dieser Person zurück.
problems-last-operator = Das ist der letzte Operator
    .advice = Mache zuerst eine andere Person zum Operator.
problems-unknown-model = Dieses Modell gibt es nicht
    .advice = Das Verzeichnis hat kein Modell mit dieser Version.
problems-model-state = Der Zustand des Modells erlaubt das nicht
    .advice = Die Liste zeigt seinen Zustand.
problems-invalid-input = Die Eingabe ist ungültig
    .advice = Prüfe die Felder und sende das Formular noch einmal.
problems-quota-exceeded = Genug Zeichnungen für heute
    .advice = Du hast so viele Zeichnungen gesendet, wie an einem Tag möglich sind. Die Vorschau geht weiter.
problems-storage-full = Der Speicher dieser Seite ist voll
    .advice = Deine Zeichnung wird nicht gespeichert. Während du zeichnest, antwortet das Netz weiterhin. Der Betreiber dieser Seite kann Platz schaffen.
problems-blocked = Du kannst hier keine Zeichnungen speichern oder benennen
    .advice = Ein Operator hat deinen Browser oder deine Adresse gesperrt. Während du zeichnest, antwortet das Netz weiterhin. Wie du den Betreiber erreichst, sagt die Seite Datenschutz.
problems-not-found = Diese Zeichnung gibt es nicht mehr
    .advice = Bitte eine neue zeichnen.
problems-invalid-query = Diese Filter sind nicht lesbar
    .advice = Bitte die Filter neu wählen.
problems-history-unavailable = Der Verlauf ist vorübergehend nicht verfügbar
    .advice = Bitte gleich noch einmal versuchen.
problems-other = Das hat nicht geklappt
    .advice = Bitte zurückgehen und noch einmal versuchen.

## Messages that only the script shows

script-cleared = Geleert. Rückgängig bringt die Zeichnung zurück.
script-label-taken-back = Die Benennung ist zurückgenommen.
script-deleted = Gelöscht, mit ihrer Benennung.
script-not-deleted = Die Zeichnung wurde nicht gelöscht. Bitte noch einmal versuchen.
script-not-explained = Bitte gleich noch einmal fragen.
script-next = Nächste
script-recorded = Aufgezeichnet: { $answer }
script-shown = Zu sehen: { $answer }
script-last-not-recorded = Die letzte Zeichnung wurde nicht aufgezeichnet
script-undo-brings-back = Rückgängig bringt sie zurück.
script-draw-larger = Bitte die Ziffer etwas größer zeichnen.
script-drawing-still-here = Die Zeichnung ist noch hier.
script-picture-still-here = Das Bild ist noch hier.
script-trying-again = Neuer Versuch läuft.
script-submit-sends-again = Senden schickt es noch einmal.
script-database-unavailable = Die Datenbank ist nicht verfügbar.
script-label-not-recorded = Die Benennung wurde nicht aufgezeichnet. Bitte noch einmal versuchen.
script-unreachable = Keine Verbindung
script-unavailable = Vorübergehend nicht verfügbar
script-try-another = Bitte ein anderes versuchen.
