# The messages of the pages in Polish. CONTRIBUTING.md says how to add a language.

## The language itself

language-name = Polski

## Every page

page-description = Narysuj cyfrę; sieć neuronowa ją rozpozna i powie, jak bardzo jest pewna.
page-languages = Języki
page-pages = Strony
page-draw = Rysuj
page-history = Historia
page-labelling = Etykiety
page-login = Zaloguj się
page-account = Konto
page-gallery = Galeria
page-privacy = Prywatność
page-quality = Jakość

## The canvas and its tools

canvas-workspace = Rysunek
canvas-canvas = Pole do narysowania cyfry
canvas-prompt = Narysuj cyfrę, 0–9
canvas-keyboard = Strzałki przesuwają pióro, spacja opuszcza je i podnosi, E wybiera gumkę, Enter wysyła.
canvas-without-script = Rysowanie wymaga JavaScriptu. Obraz cyfry można wysłać bez niego: wybierz go poniżej.
canvas-undo = Cofnij
canvas-undo-keys = Cofnij (Ctrl+Z)
canvas-redo = Ponów
canvas-redo-keys = Ponów (Ctrl+Shift+Z)
canvas-eraser = Gumka
canvas-eraser-keys = Gumka (E)
canvas-width = Pióro: { $width }
canvas-widths =
    .thin = cienkie
    .medium = średnie
    .thick = grube
canvas-width-title = Grubość pióra na ekranie: sieć widzi zawsze tę samą linię
canvas-width-note = Sieć widzi tę samą linię przy każdej grubości.
canvas-clear = Wyczyść
canvas-clear-keys = Wyczyść (Esc)
canvas-picture = Odczytaj obraz
canvas-picture-ways = Odczytaj obraz: wybierz, upuść lub wklej
canvas-camera = Zrób zdjęcie
canvas-read = Odczytaj
canvas-submit = Wyślij
canvas-submit-keys = Wyślij (Enter)
canvas-privacy-open = Wysłane rysunki są przechowywane bez metadanych (miejsce, urządzenie). Każdy może je zobaczyć; swoje możesz usunąć.
canvas-may-train = Moje rysunki mogą trenować późniejsze modele
canvas-privacy-own = Wysłane rysunki są przechowywane bez metadanych (miejsce, urządzenie). Twoje widzisz ty, osoby etykietujące i operatorzy tej strony; możesz je usunąć.
canvas-privacy-gallery = Wysłane rysunki są przechowywane bez metadanych (miejsce, urządzenie). Osoby etykietujące i operatorzy tej strony widzą wszystkie; każdy widzi 28 na 28 pikseli rysunku w galerii, a obrazu dopiero wtedy, gdy operator go zatwierdzi. Swoje możesz usunąć.

## The answer next to the canvas

answer-panel = Odpowiedź
answer-not-a-digit = To nie cyfra
answer-confidence-label =
    .almost-certain = prawie na pewno
    .very-likely = bardzo prawdopodobne
    .probable = prawdopodobnie
    .possible = być może
    .guess = zgadywanie
answer-reasons =
    .too-small = Rysunek jest za mały, by coś rozpoznać.
    .several-digits = Wygląda na kilka cyfr. Narysuj jedną naraz.
    .unlike-a-digit = Nie przypomina żadnej cyfry od 0 do 9.
answer-nearest = Najbardziej podobne do cyfry { $digit }.
answer-soon = Odpowiedź pojawia się podczas rysowania.
answer-busy = Odczytuję…
answer-bitmap = Rysunek w rozmiarze 28 na 28 pikseli
answer-seen = to widziała sieć
answer-kept = Przechowywane są tylko wysłane rysunki.
answer-submit = Wyślij, aby zapisać i opisać rysunek.
answer-bars = Prawdopodobieństwo każdej cyfry
answer-rate = Na 100 odpowiedzi o tej pewności { $correct ->
        [one] { $correct } jest tu poprawna
        [few] { $correct } są tu poprawne
       *[other] { $correct } jest tu poprawnych
    } (n = { $total }).
answer-rate-unknown = Za mało odpowiedzi o tej pewności ma etykietę (n = { $total }).
answer-more = Więcej o odpowiedzi
answer-delete = Usuń
answer-delete-sure = Usunąć trwale?
answer-model = Model { $model }

## The attribution: which strokes the answer is based on

why-ask = Dlaczego?
why-title = Pokaż, na których kreskach opiera się odpowiedź
why-heading = Dlaczego { $answer }?
why-picture = Rysunek w rozmiarze 28 na 28 pikseli, pokolorowany tam, gdzie kreski przemawiają za odpowiedzią lub przeciw niej
why-speaks-for = Przemawia za, najbardziej { $region }.
why-nothing-for = Żadna kreska nie przemawia za.
why-speaks-against = Przemawia przeciw, najbardziej { $region }.
why-nothing-against = Żadna kreska nie przemawia przeciw.
why-regions =
    .upper-left = u góry po lewej
    .top = u góry
    .upper-right = u góry po prawej
    .left = po lewej
    .middle = pośrodku
    .right = po prawej
    .lower-left = u dołu po lewej
    .bottom = u dołu
    .lower-right = u dołu po prawej
why-computed-now = Obliczył teraz model { $model }.

## The label that people give a drawing

label-not-a-digit = nie cyfra
label-unsure = niepewne
label-unsure-key = Nie wiem
label-right = Dobrze
label-wrong = Źle
label-change = Zmień
label-take-back = Cofnij etykietę
label-take-back-keys = Cofnij etykietę (Ctrl+Z zaraz po niej)
label-question = Co to jest?
label-thanks = Dziękujemy. Etykieta: { $label }.

## The recent drawings below the canvas

recent-newest-heading = Ostatnie
recent-older-heading = Wcześniejsze
recent-unavailable = Rysunki są chwilowo niedostępne.
recent-none = Jeszcze nic. Tu pojawi się pierwszy wysłany rysunek.
recent-tags =
    .too-small = za mały
    .several-digits = kilka cyfr
    .unlike-a-digit = nie cyfra
recent-right = dobrze
recent-wrong = źle, to { $label }
recent-unlabelled = bez etykiety
recent-pages = Strony z rysunkami
recent-newest = Najnowsze
recent-older = Starsze

## The history and its filters

history-views = Widoki
history-heading = Historia
history-any = dowolne
history-all = Wszystkie
history-wrong = Błędne
history-low-confidence = Pewność poniżej 90 %
history-labelled = z etykietą
history-not-labelled = Bez etykiety
history-disputed = Sporne
history-suspect = Wątpliwe etykiety
history-filters = Więcej filtrów
history-predicted = Odpowiedź
history-true-label = Etykieta
history-label = Oznaczenie
history-model = Model
history-source = Źródło
history-sources =
    .canvas = strona
    .upload = obraz
    .api = program
history-since = Od (UTC)
history-until = Przed (UTC)
history-show = Pokaż
history-none = Żaden rysunek nie pasuje.
history-export = Eksport:
history-formats =
    .csv = CSV
    .ndjson = wiersze JSON
    .idx = IDX, jak w MNIST

## The page of one drawing

drawing-heading = Rysunek
drawing-picture = Rysunek
drawing-replay = Narysuj jeszcze raz
drawing-facts = Dane
drawing-when = Narysowano
drawing-source = Źródło
drawing-took = Czas odpowiedzi
drawing-models = Odpowiedź każdej wersji modelu
drawing-models-about = Każda wczytana wersja modelu odczytuje rysunek teraz.
drawing-models-unavailable = Model jest chwilowo niedostępny.
drawing-model = Model
drawing-says = Odpowiedź
drawing-deletion = Usunięcie rysunku
drawing-deletion-confirm = Usuń rysunek, jego odpowiedź i etykiety. Nikt nie może tego cofnąć.

## The labelling queue

labelling-left =
    { $count ->
        [one] został { $count } rysunek
        [few] zostały { $count } rysunki
       *[other] zostało { $count } rysunków
    }
labelling-disputed =
    { $count ->
        [one] { $count } sporny
        [few] { $count } sporne
       *[other] { $count } spornych
    }
labelling-suspect = Wątpliwe etykiety
labelling-all = Wszystkie rysunki
labelling-about = Rysunki bez etykiety, najmniej pewne najpierw.
labelling-mixed = Rysunki bez etykiety, najmniej pewne najpierw. Niektóre inne są domieszane, aby sprawdzić etykiety i dokładność.
labelling-disputed-about = Etykiety innych osób się różnią. Decyduje większość głosów, a etykieta operatora decyduje sama.
labelling-suspect-about = Sieć jest tak pewna innej klasy, że etykieta jest prawdopodobnie błędna. Rozstrzygają dwie osoby z tą samą etykietą.
labelling-picture = Rysunek
labelling-skip = Pomiń
labelling-done = Etykieta: { $label }.
labelling-network = Odpowiedź sieci: { $answer }.
labelling-none = Wszystkie rysunki mają etykietę. Dziękujemy.
labelling-skipped = Pozostałe rysunki zostały pominięte.
labelling-again = Pominięte rysunki
labelling-others = Żaden rysunek nie czeka teraz na twoją etykietę.

## The quality of the predictions

quality-span = Okres
quality-heading = Jakość odpowiedzi
quality-days =
    { $count ->
        [one] { $count } dzień
       *[other] { $count } dni
    }
quality-all = Wszystko
quality-all-models = Wszystkie modele
quality-nobody = Żaden rysunek nie ma jeszcze etykiety, więc dokładność jest nieznana.
quality-label = Dodaj etykiety
quality-of =
    { $count ->
        [one] z { $count } odpowiedzi z etykietą było poprawne.
       *[other] z { $count } odpowiedzi z etykietą było poprawnych.
    }
quality-interval = Przedział ufności 95 %: { $interval }.
quality-drawings =
    { $count ->
        [one] Razem { $count } rysunek.
        [few] Razem { $count } rysunki.
       *[other] Razem { $count } rysunków.
    }
quality-all-labels = Wszystkie etykiety
quality-all-labels-about = Ludzie wybierają, co etykietują, a kolejka zaczyna się od najmniej pewnych rysunków. Dlatego ten udział jest zwykle niższy niż dokładność na wszystkich rysunkach.
quality-random-sample = Próba losowa
quality-random-sample-about = Te rysunki wybrał przypadek przy zapisie, a ludzie nadali im etykiety, nie widząc przewidywania. Ten udział szacuje dokładność na wszystkich rysunkach.
quality-undecided = Bez zgodnej etykiety: { $count }.
quality-no-random-sample = Żaden rysunek próby losowej nie ma jeszcze etykiety. Przy kontach kolejka domieszcza takie rysunki.
quality-pruned =
    { $count ->
        [one] { $count } z nich został już usunięty z powodu wieku i nadal jest liczony.
        [few] { $count } z nich zostały już usunięte z powodu wieku i nadal są liczone.
       *[other] { $count } z nich zostało już usuniętych z powodu wieku i nadal jest liczonych.
    }
quality-sample-pruned =
    { $count ->
        [one] { $count } rysunek próby z etykietą został już usunięty z powodu wieku i nadal jest liczony.
        [few] { $count } rysunki próby z etykietą zostały już usunięte z powodu wieku i nadal są liczone.
       *[other] { $count } rysunków próby z etykietą zostało już usuniętych z powodu wieku i nadal jest liczonych.
    }
quality-none = –
quality-taken-for = odpowiedź { $label }
quality-table = Jako tabela
quality-models = Każda wersja modelu
quality-model = Model
quality-count = Rysunki
quality-right = Poprawne
quality-range = Przedział ufności 95 %
quality-labelled = Z etykietą
quality-confusion = Macierz pomyłek
quality-confusion-about = Pole otwiera swoje rysunki; – to nie cyfra.
quality-mistakes = Najczęstsze pomyłki
quality-no-mistakes = Na razie brak.
quality-truth = etykieta
quality-predicted = odpowiedź
quality-calibration = Kalibracja
quality-calibration-about = Na przekątnej odsetek poprawnych odpowiedzi równa się ich pewności. Kreski to przedziały ufności 95 %.
quality-confidence = Pewność
quality-drift = Dryf
quality-drift-about = Rysunki, pewność odpowiedzi i udział każdej cyfry; – to nie cyfra.
quality-mean = Średnia pewność
quality-from = Od
quality-to = Do
quality-latency = Opóźnienie
quality-latency-about = Mediana to { $median }, 95. percentyl { $percentile } (n = { $count }).
quality-time = Czas
quality-same-drawings = Wersje na tych samych rysunkach
quality-same-drawings-about = Pretendent w cieniu i model, który odpowiadał, odczytały te same zapisane rysunki. Ostatnie cztery kolumny liczą rysunki z etykietą.
quality-challenger = Pretendent
quality-champion = Odpowiadał
quality-both-right = Oba poprawnie
quality-only-challenger-right = Tylko pretendent
quality-only-champion-right = Tylko ten drugi
quality-neither-right = Żaden

## The registry of models

models-heading = Modele
models-about = Usługi modelu, które podążają za tym rejestrem, używają wersji w stanie „odpowiada”. Wcześniejsze wersje zostają tutaj, aby można było wrócić.
models-version = Wersja
models-state = Stan
models-states =
    .proposed = zaproponowany
    .training = w treningu
    .evaluated = oceniony
    .rejected = odrzucony
    .shadow = w cieniu
    .serving = odpowiada
    .retired = wycofany
models-since = Od
models-actor = Kto
models-reason = Powód
models-none = Rejestr nie ma jeszcze modelu. Polecenie „api model add” dodaje model.
models-rollback = Wróć do poprzedniego
models-rollback-about = Model, który odpowiadał poprzednio, odpowiada znowu.
models-change = Wdrażanie lub odrzucanie modelu
models-promote = Wdróż
models-reject = Odrzuć
models-shadow-drawings = { $count ->
    [one] Oba modele odczytały { $count } zapisany rysunek.
    [few] Oba modele odczytały { $count } zapisane rysunki.
   *[many] Oba modele odczytały { $count } zapisanych rysunków.
}
models-shadow-disagreements = Różne odpowiedzi: { $count }, z zaufaną etykietą: { $labelled }.
models-shadow-test = Tylko ten model miał rację { $won } razy, tylko ten drugi { $lost } razy. Dowód, że jest lepszy: { $better }, gorszy: { $worse }; 20 rozstrzyga.
models-shadow-ends = Cień kończy się najpóźniej { $day }.

## The training runs that have not ended

runs-heading = Trwające treningi
runs-steps =
    .training = trening
    .evaluating = ocena
    .comparing = porównanie
    .failed = niepowodzenie
runs-epoch = Epoka { $epoch } z { $epochs }.
runs-loss = Strata { $loss }.
runs-accuracy = { $share } przykładów treningowych poprawnie.

## The page of a model

model-history = Zmiany stanu
model-training = Trening
model-examples = { $count ->
    [one] { $count } rysunek użytkowników jest wśród przykładów treningowych.
    [few] { $count } rysunki użytkowników są wśród przykładów treningowych.
   *[other] { $count } rysunków użytkowników jest wśród przykładów treningowych.
}
model-deleted-examples = { $count ->
    [one] { $count } z nich od tego czasu usunięto.
   *[other] { $count } z nich od tego czasu usunięto.
}
model-trained-at = Koniec treningu
model-duration = Czas trwania
model-minutes = { $minutes ->
    [one] { $minutes } minuta
    [few] { $minutes } minuty
   *[other] { $minutes } minut
}
model-machine = Maszyna
model-architecture = Architektura
model-parameters = Parametry
model-command = Polecenie
model-data = Pliki danych
model-file = Plik
model-evaluation = Wyniki na zbiorach testowych
model-evaluation-about = Odsetek poprawnych odpowiedzi ma 95-procentowy przedział ufności. Zbiór bez tego odsetka nie zawiera cyfr: model powinien odrzucać jego przykłady.
model-set = Zbiór testowy
model-samples = Przykłady
model-errors = Błędy
model-accuracy = Poprawnie
model-rejected = Odrzucone
model-loss = Strata
model-calibration-error = Błąd kalibracji
model-comparison = Porównanie z { $champion }
model-comparison-without = Porównanie bez modelu, który odpowiada
model-outcomes =
    .better = Lepszy
    .worse = Gorszy
    .inconclusive = Nierozstrzygnięte
model-rule = Reguła
model-rules =
    .finite-weights = Skończone wagi
    .golden-drawings = Rysunki wzorcowe
    .loss = Strata
    .accuracy = Odsetek poprawnych
    .speed = Opóźnienie
    .non-inferiority = Spadek odsetka poprawnych
    .slice-harm = Szkoda w części
    .rejected-digits = Odrzucone cyfry
    .rejected-negatives = Spadek odrzuconych nie-cyfr
    .calibration-error = Błąd kalibracji
    .collected-drawings = Zebrane rysunki
    .writers = Piszący
    .superiority = Mniej błędów
model-slice = Zbiór lub część
model-measured = Zmierzono
model-bound = Granica
model-points = { $points } p.p.
model-result = Wynik
model-results =
    .passed = spełniona
    .failed = niespełniona
    .undecided = nierozstrzygnięta
model-detail = Szczegóły
model-gained = Nowe błędy ({ $count })
model-gained-about = Popełnia je tylko ten model. Przy każdym obrazie stoi etykieta, a potem odpowiedź modelu, który odpowiada → odpowiedź tego modelu.
model-lost = Usunięte błędy ({ $count })
model-lost-about = Popełnia je tylko model, który odpowiada. Przy każdym obrazie stoi etykieta, a potem odpowiedź modelu, który odpowiada → odpowiedź tego modelu.
model-deleted = usunięty

## The drift of the serving model

drift-heading = Dryf według tygodni
drift-about = Odpowiedzi wersji { $version } z ostatnich dwunastu tygodni (UTC). Zmiana oznacza, że ludzie rysują inaczej albo że rysuje kto inny.
drift-none = Model nie dał żadnej odpowiedzi w ostatnich dwunastu tygodniach.
drift-rejected = Odrzucone, nie cyfra
drift-confidence = Średnia pewność
drift-accuracy = Dobrze, próba losowa
drift-week = Tydzień od
drift-evaluation = Ocena
drift-evaluation-about = Pasma pokazują zakres zbiorów testowych z cyframi z oceny modelu. Tutaj rysuje się też nie tylko cyfry, więc odrzuconych jest więcej. Skalibrowany model jest średnio tak pewny, jak często ma rację.

## What a training run would learn from

training-examples-heading = Z czego uczyłby się trening
training-examples-about = Rysunki z etykietą, z których trening uczyłby się teraz, oraz te, które reguły wstrzymują.
training-examples-train = Do treningu: { $drawings ->
        [one] { $drawings } rysunek
        [few] { $drawings } rysunki
       *[other] { $drawings } rysunków
    }, { $writers ->
        [one] { $writers } autor
        [few] { $writers } autorzy
       *[other] { $writers } autorów
    }
training-examples-gate = Do porównania nowego modelu z obecnym: { $drawings ->
        [one] { $drawings } rysunek
        [few] { $drawings } rysunki
       *[other] { $drawings } rysunków
    }, { $writers ->
        [one] { $writers } autor
        [few] { $writers } autorzy
       *[other] { $writers } autorów
    }
training-examples-test = Do testu: { $drawings ->
        [one] { $drawings } rysunek
        [few] { $drawings } rysunki
       *[other] { $drawings } rysunków
    }, { $writers ->
        [one] { $writers } autor
        [few] { $writers } autorzy
       *[other] { $writers } autorów
    }
training-examples-gate-about = Porównanie rozstrzyga od 300 rysunków 20 autorów. Każdy rysunek operatora liczy się jako rysunek osobnego autora.
training-examples-class = Etykieta
training-examples-sources =
    .visitors = Goście
    .labellers = Etykietujący
    .operators = Operatorzy
    .imported = Import
training-examples-total = Razem
training-examples-held-back = Wstrzymane
training-examples-nothing-held-back = Reguły nie wstrzymują żadnego rysunku z etykietą.
training-examples-rule = Powód
training-examples-rules =
    .unsure = Etykieta brzmi „niepewne”.
    .not-allowed = Osoba, która rysowała, nie zezwoliła na trening.
    .too-small = Rysunek jest kropką.
    .unconfirmed = Żadna zaufana etykieta nie potwierdza tej etykiety.
    .contradicted = Osoba, która rysowała, dała inną etykietę.
    .new-labeller = Jedna nowa osoba sama potwierdziła ponad 50.
    .class-limit = Jedna osoba narysowała ponad 50 z tą samą etykietą.
    .writer-limit = Jedna osoba narysowała ponad 1 % wszystkich.
    .operator-limit = Operatorzy mają ponad 1000 z tą samą etykietą.
training-examples-computed = Obliczono: { $time }, ponownie po pięciu minutach.
training-examples-computing = Liczby są obliczane. Przy wielu rysunkach trwa to kilka sekund.
training-examples-again = Pokaż liczby

## Publiczna galeria

gallery-heading = Galeria
gallery-about = Rysunki, które ludzie tu wysłali, jako 28 na 28 pikseli, które zobaczyła sieć.
gallery-none = Nie ma jeszcze rysunków.
gallery-picture = Rysunek z galerii
gallery-report = Zgłoś ten rysunek
gallery-report-about = Operatorzy tej strony obejrzą go i mogą go ukryć. Zgłoszenie nie mówi, kim jesteś.
gallery-reason = Powód
gallery-reasons =
    .offensive = Jest obraźliwy
    .personal = Pokazuje coś osobistego
    .other = Inny powód
gallery-send = Zgłoś
gallery-reported = Dziękujemy. Operatorzy obejrzą rysunek.
gallery-review = Sprawdź galerię
gallery-waiting = Obrazy, które czekają na zatwierdzenie
gallery-reports = Zgłoszone rysunki
gallery-hidden = Ukryte rysunki
gallery-nothing = Brak.
gallery-approve = Zatwierdź
gallery-show = Pokaż
gallery-keep = Zostaw
gallery-hide = Ukryj

## Strony kont

accounts-name = Nazwa
accounts-password = Hasło
accounts-log-in = Zaloguj się
accounts-log-out = Wyloguj się
accounts-invited-before = Mam kod zaproszenia
accounts-set-password = Ustaw hasło
accounts-code = Kod zaproszenia
accounts-code-about = Kod otrzymujesz od operatora. Działa raz, przez 15 minut.
accounts-password-rule = Od 8 do 128 dowolnych znaków, nie do odgadnięcia. Dobre jest zdanie z kilku słów.
accounts-signed-in = Zalogowano jako { $name } ({ $role }).
accounts-change-password = Zmień hasło
accounts-change-password-about = To zakończy wszystkie twoje pozostałe sesje.
accounts-old-password = Obecne hasło
accounts-new-password = Nowe hasło
accounts-sessions = Sesje
accounts-sessions-about = Sesja kończy się 12 godzin po ostatnim użyciu, najpóźniej po 30 dniach.
accounts-began = Początek
accounts-used = Ostatnie użycie
accounts-this-session = ta przeglądarka
accounts-end-session = Zakończ
accounts-end-all = Zakończ wszystkie sesje
accounts-tokens = Tokeny API
accounts-tokens-about = Program wysyła token jako „Authorization: Bearer”. Token pozwala na to, co wymieniają jego zakresy.
accounts-token-shown = To jest nowy token. Skopiuj go teraz, bo nie będzie pokazany ponownie.
accounts-token-purpose = Cel
accounts-scopes = Zakresy
accounts-lifetime = Ważny przez
accounts-days = 
    { $count ->
        [one] 1 dzień
       *[other] { $count } dni
    }
accounts-create-token = Utwórz token
accounts-person = Osoba
accounts-expires = Ważny do
accounts-never = nigdy
accounts-revoke = Unieważnij
accounts-revoked = unieważniony
accounts-people = Osoby
accounts-role = Rola
accounts-roles =
    .labeller = etykietujący
    .operator = operator
accounts-state = Stan
accounts-active = aktywne
accounts-invited = zaproszone
accounts-disabled = wyłączone
accounts-seen = Ostatnio
accounts-agreement = Zgodność na złotych rysunkach
accounts-agreed = { $agreed } z { $total } zgodnych ({ $interval })
accounts-changes = Zmiany
accounts-make-role = Zmień na: { $role }
accounts-disable = Wyłącz
accounts-enable = Włącz
accounts-reset = Zresetuj hasło
accounts-ignored = etykiety się nie liczą
accounts-ignore-labels = Nie licz etykiet
accounts-count-labels = Licz etykiety
accounts-agreement-about = Co dziesiąty rysunek w kolejce jest złoty: operator potwierdził jego etykietę. Etykiety osoby przestają się liczyć po 20 złotych odpowiedziach, jeśli górny koniec 95-procentowego przedziału zgodności leży poniżej 90 %.
accounts-invite = Zaproś osobę
accounts-invitation = { $name } otwiera w ciągu 15 minut { $address } i wpisuje ten kod. Nie będzie pokazany ponownie.
accounts-audit = Dziennik audytu
accounts-audit-about = Kto zmieniał osoby, tokeny i sesje oraz kto eksportował. Adresy są usuwane po 30 dniach.
accounts-when = Kiedy
accounts-who = Kto
accounts-action = Działanie
accounts-subject = Przedmiot
accounts-address = Adres
accounts-refused = odrzucone

## The overview for operators

overview-heading = Przegląd
overview-storage = Pamięć
overview-stored =
    { $count ->
        [one] Zapisano { $count } rysunek; dane wejściowe zajmują { $bytes }.
        [few] Zapisano { $count } rysunki; dane wejściowe zajmują { $bytes }.
       *[many] Zapisano { $count } rysunków; dane wejściowe zajmują { $bytes }.
    }
overview-storage-limited = Wykorzystano { $share } limitu { $limit }.
overview-storage-unlimited = Nie ma limitu.
overview-exports = Eksporty
overview-running = Trwające eksporty na tej instancji: wszystkich rysunków { $all } z { $limit }, własnych rysunków { $own } z { $limit }.
overview-visitors = Najaktywniejsi odwiedzający
overview-visitors-about = Odwiedzający, którzy w ciągu ostatnich 24 godzin zapisali najwięcej rysunków, z kontem lub tokenem API, jeśli istnieje.
overview-visitor = Odwiedzający
overview-drawings = Rysunki
overview-size = Rozmiar
overview-quota = Wykorzystany limit dzienny
overview-addresses = Najaktywniejsze adresy
overview-addresses-about = Adresy, z których w ciągu ostatnich 24 godzin zapisano najwięcej rysunków. Ta instancja trzyma je tylko w pamięci operacyjnej.
overview-nobody = Nikt nie zapisał rysunku.
overview-blocked = Blokady
overview-blocked-about = Zablokowani odwiedzający i adresy nie mogą zapisywać ani etykietować. Podczas rysowania sieć nadal im odpowiada i mogą usuwać swoje rysunki. Blokada adresu nie dotyczy zalogowanych osób ani tokenów API.
overview-blocked-none = Nikt nie jest zablokowany.
overview-subject = Odwiedzający lub adres
overview-subject-about = Identyfikator odwiedzającego, adres lub sieć, na przykład 203.0.113.0/24
overview-reason = Powód, dla operatorów
overview-since = Od
overview-until = Do
overview-until-removed = do zniesienia
overview-duration = Czas trwania
overview-block = Zablokuj
overview-unblock = Odblokuj
overview-limits = Limity
overview-limits-about = Każde następne żądanie musi poczekać. Tokeny API nie mają limitu.
overview-limits-off = Nie ma limitów żądań ani limitów dziennych.
overview-of-use = Użycie
overview-of-client = Na odwiedzającego lub konto
overview-of-address = Na adres
overview-of-address-at-once = Na adres naraz
overview-uses =
    .previews = Podglądy
    .explanations = Wyjaśnienia
    .drawings = Zapisane rysunki
    .labels = Etykiety
    .lists = Listy i liczby
    .exports = Eksporty
overview-a-minute = { $count } na minutę
overview-an-hour = { $count } na godzinę
overview-a-day = { $count } na dzień
overview-a-day-of-bytes = { $bytes } na dzień
overview-settings = Ustawienia
overview-settings-about = Ustawienia tej instancji. Są zmiennymi jej środowiska.
overview-setting = Zmienna
overview-value = Wartość
overview-not-set = nie ustawiono
overview-invalid-block = Nic nie zostało zablokowane
    .advice = Podaj identyfikator odwiedzającego, adres lub sieć nie większą niż /16 (IPv4) lub /32 (IPv6) oraz powód o długości do 200 znaków.

## Strona o prywatności

privacy-heading = Prywatność
privacy-operator = Tę stronę prowadzi { $name }.
privacy-operator-unknown = Operator tej strony nie podał nazwy.
privacy-contact = Kontakt: { $contact }
privacy-imprint = Nota prawna
privacy-stored-heading = Co jest przechowywane
privacy-stored = Każdy wysłany rysunek wraz z czasem, odpowiedzią sieci i etykietami, które nadają ludzie. Miejsce, urządzenie i inne metadane zdjęć są wcześniej usuwane. Podczas rysowania sieć odpowiada, ale nic nie jest przechowywane.
privacy-cookies = Plik cookie zawiera losową liczbę, po której strona rozpoznaje twoje rysunki, przez 400 dni od ostatniej wizyty. Inne pliki cookie zawierają język, strefę czasową i, jeśli się zalogujesz, sesję oraz, przez 400 dni, informację o logowaniu w tej przeglądarce. Nie ma śledzenia ani niczego z innych stron.
privacy-addresses = Rysunki są przechowywane bez twojego adresu. Dziennik logowań zawiera adresy przez 30 dni. Aby ograniczyć nadużycia, usługa przez jeden dzień liczy w pamięci operacyjnej żądania z każdego adresu. Jeśli operator zablokuje adres, jest on przechowywany do końca blokady.
privacy-seen-heading = Kto to widzi
privacy-seen-open = Każdy, kto może otworzyć tę stronę, widzi wszystkie rysunki.
privacy-seen-own = Widzisz swoje rysunki. Osoby etykietujące i operatorzy tej strony widzą wszystkie rysunki, aby je etykietować. Inni odwiedzający ich nie widzą.
privacy-seen-gallery = Każdy widzi w galerii 28 na 28 pikseli rysunku z pola rysowania, bez odpowiedzi i etykiet. Wysłany obraz pojawia się tam dopiero, gdy operator go zatwierdzi. Każdy może zgłosić rysunek, a operator może go ukryć.
privacy-training-heading = Trening
privacy-training = Rysunek może trenować późniejsze modele tylko wtedy, gdy pozwolisz na to przełącznikiem pod polem rysowania. Każdy rysunek zachowuje twój wybór. Usunięty rysunek nie trenuje żadnego późniejszego modelu.
privacy-how-long-heading = Jak długo
privacy-how-long = Rysunki pozostają, dopóki ty lub operator ich nie usunie.
privacy-how-long-days =
    { $count ->
        [one] Rysunki są usuwane po 1 dniu albo wcześniej, jeśli ty lub operator je usunie.
       *[other] Rysunki są usuwane po { $count } dniach albo wcześniej, jeśli ty lub operator je usunie.
    }
privacy-totals = Potem podsumowania tej strony nadal je liczą, ale z rysunku nic nie zostaje.
privacy-backups = 
    { $count ->
        [one] Kopie zapasowe zawierają usunięty rysunek jeszcze przez 1 dzień.
       *[other] Kopie zapasowe zawierają usunięty rysunek jeszcze przez { $count } dni.
    }
privacy-backups-unknown = Kopie zapasowe mogą zawierać usunięty rysunek dłużej; zapytaj operatora.
privacy-yours-heading = Twoje rysunki
privacy-download = Pobierz wszystkie swoje rysunki
privacy-confirm = Usuń wszystkie moje rysunki, ich odpowiedzi i etykiety. Nikt nie może tego cofnąć.
privacy-labels = Etykiety, które nadano rysunkom innych osób, pozostają bez związku z tobą. Te nadane z konta pozostają przy koncie.
privacy-delete = Usuń wszystkie
privacy-deleted = Wszystkie twoje rysunki zostały usunięte.

## Problems: what happened, and as advice what to do

problems-model-unavailable = Model jest niedostępny
    .advice = Spróbuj ponownie za chwilę.
problems-database-unavailable = Jeszcze nie zapisano
    .advice = Baza danych jest niedostępna. Spróbuj ponownie za chwilę.
problems-overloaded = Za dużo żądań
    .advice = Spróbuj ponownie za chwilę.
problems-blank-image = Nie ma jeszcze czego odczytać
    .advice = Wybierz obraz z cyfrą, która odróżnia się od tła.
problems-not-an-image = To nie jest obraz
    .advice = Wybierz plik PNG, JPEG, WebP lub GIF.
problems-corrupt-image = Obraz jest uszkodzony
    .advice = Zapisz go ponownie lub wybierz inny.
problems-payload-too-large = To jest za duże
    .advice = Wybierz obraz do 5 MB.
problems-image-too-large = Obraz jest za duży
    .advice = Wybierz obraz do 25 megapikseli.
problems-unsupported-media-type = Tego rodzaju obrazów tu nie odczytujemy
    .advice = Wybierz plik PNG, JPEG, WebP lub GIF.
problems-invalid-form = Nie było obrazu
    .advice = Najpierw wybierz obraz.
problems-cross-site-request = To żądanie wysłała strona innej witryny
    .advice = Nic nie zmieniono. Otwórz stronę pod adresem tej usługi i spróbuj ponownie. Jeśli przed usługą stoi odwrotne proxy, musi przekazywać nagłówki Host i Origin bez zmian.
problems-misdirected-request = To nie jest adres digits
    .advice = Otwórz adres podany przez operatora tej usługi. Operator ustawia go jako PUBLIC_URL; serwer pośredniczący musi przekazywać nagłówek Host bez zmian.
problems-unauthenticated = Aby to zobaczyć, trzeba się zalogować
    .advice = Otwórz stronę Zaloguj się albo wróć do rysowania.
problems-forbidden = Twoje konto na to nie pozwala
    .advice = Operator może zmienić uprawnienia twojego konta.
problems-wrong-password = Nazwa i hasło do siebie nie pasują
    .advice = Spróbuj ponownie. Operator może zresetować zapomniane hasło.
problems-invalid-password = Tego hasła nie można użyć
    .advice = Hasło ma od 8 do 128 znaków i nie jest łatwe do odgadnięcia.
problems-rate-limited = Zbyt wiele prób
    .advice = Odczekaj chwilę i spróbuj ponownie.
problems-invalid-invitation = Ten kod nie działa
    .advice = Jest błędny, użyty lub starszy niż 15 minut. Poproś operatora o nowy.
problems-name-taken = Ta nazwa jest zajęta
    .advice = Wybierz inną nazwę albo zresetuj hasło tej osoby.
problems-last-operator = To ostatni operator
    .advice = Najpierw wyznacz innego operatora.
problems-unknown-model = Nie ma takiego modelu
    .advice = Rejestr nie ma modelu w tej wersji.
problems-model-state = Stan modelu na to nie pozwala
    .advice = Lista pokazuje jego stan.
problems-invalid-input = Nieprawidłowe dane
    .advice = Sprawdź pola i wyślij formularz ponownie.
problems-quota-exceeded = Na dziś wystarczy rysunków
    .advice = Wysłano już tyle rysunków, ile można w ciągu dnia. Podgląd działa dalej.
problems-storage-full = Pamięć tej strony jest pełna
    .advice = Twój rysunek nie zostanie zapisany. Odpowiedzi podczas rysowania nadal działają. Operator tej strony może zwolnić miejsce.
problems-blocked = Nie możesz tu zapisywać ani etykietować rysunków
    .advice = Operator zablokował twoją przeglądarkę lub adres. Odpowiedzi podczas rysowania nadal działają. Na stronie Prywatność podano, jak skontaktować się z operatorem.
problems-not-found = Ten rysunek już nie istnieje
    .advice = Narysuj nowy.
problems-invalid-query = Nie można odczytać tych filtrów
    .advice = Wybierz filtry ponownie.
problems-history-unavailable = Historia jest chwilowo niedostępna
    .advice = Spróbuj ponownie za chwilę.
problems-other = Nie udało się
    .advice = Wróć i spróbuj ponownie.

## Messages that only the script shows

script-cleared = Wyczyszczono. Cofnij przywraca rysunek.
script-label-taken-back = Etykieta została cofnięta.
script-deleted = Usunięto rysunek i jego etykietę.
script-not-deleted = Rysunek nie został usunięty. Spróbuj ponownie.
script-not-explained = Zapytaj ponownie za chwilę.
script-next = Następny
script-recorded = Zapisano: { $answer }
script-shown = Pokazano: { $answer }
script-last-not-recorded = Ostatni rysunek nie został zapisany
script-undo-brings-back = Cofnij go przywraca.
script-draw-larger = Narysuj cyfrę trochę większą.
script-drawing-still-here = Rysunek nadal tu jest.
script-picture-still-here = Obraz nadal tu jest.
script-trying-again = Ponawiam próbę.
script-submit-sends-again = Wyślij ponawia wysyłanie.
script-database-unavailable = Baza danych jest niedostępna.
script-label-not-recorded = Etykieta nie została zapisana. Spróbuj ponownie.
script-unreachable = Brak połączenia
script-unavailable = Chwilowo niedostępne
script-try-another = Spróbuj innego.
