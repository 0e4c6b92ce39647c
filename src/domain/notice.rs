//! The privacy text that a consent refers to (GDPR, Art. 13): the one that follows from the survey,
//! and the hash by which consents name the text that was shown.
//!
//! The sentences say what `docs/privacy.md` promises; who changes the one changes the other.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::preimage::encode;
use super::survey::{Kind, Survey, Texts};
use super::time::Duration;

/// Names a notice: SHA-256 in base64url without padding (RFC 4648, section 5), 43 characters, of an
/// injective encoding of its locales and texts, in the order of locales.
pub fn hash(texts: &Texts) -> String {
    let parts: Vec<&[u8]> =
        texts.iter().flat_map(|(locale, text)| [locale.as_bytes(), text.as_bytes()]).collect();
    let mut hash = Sha256::new();
    encode("counterfoil notice 1", &parts, |bytes| hash.update(bytes));
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// The notice that follows from the survey, in every built-in language. It does not depend on the
/// notice that the survey has.
pub fn standard(survey: &Survey) -> Texts {
    LANGUAGES.iter().map(|language| (language.locale.to_owned(), language.notice(survey))).collect()
}

/// Where an owner sent a survey back with the very notice that followed from it before, gives it the
/// one that follows from it now: what was read and changed keeps telling the truth.
pub fn follow(before: &Survey, after: &mut Survey) {
    if after.notice == before.notice && before.notice == standard(before) {
        after.notice = standard(after);
    }
}

/// `3 days`: a length of time in English.
pub fn in_english(duration: Duration) -> String {
    LANGUAGES.first().map(|english| english.duration(duration)).unwrap_or_default()
}

/// The sentences of one language; `{names}` are filled in from the survey.
struct Language {
    locale: &'static str,
    /// Days, hours, minutes, seconds: one, and several.
    units: [(&'static str, &'static str); 4],
    controller: &'static str,
    no_controller: &'static str,
    counted: &'static str,
    merged: &'static str,
    withdrawal: &'static str,
    customer_id: &'static str,
    verified_only: &'static str,
    segments: &'static str,
    theme: &'static str,
    comment: &'static str,
    /// In its place where there are no themes.
    comment_counted: &'static str,
    /// In its place where comments may be passed on.
    comment_relayed: &'static str,
    /// What of it is about themes: where there are any, and where there are none.
    read_for: [&'static str; 2],
    passed_with: [&'static str; 2],
    store_visit: &'static str,
    reward: &'static str,
    technology: &'static str,
    turnstile: &'static str,
    optional: &'static str,
    all_optional: &'static str,
    rights: &'static str,
}

impl Language {
    fn notice(&self, survey: &Survey) -> String {
        let has_comment = survey.questions.iter().any(|q| q.kind == Kind::Comment);
        let unshared = has_comment && survey.relay.is_none();
        let names = survey.dimensions.iter().map(|d| d.name.as_str());
        let theme = (!survey.themes.is_empty()).then_some(self.theme);
        let segments: Vec<&str> = names.chain(theme).collect();
        let sentences = [
            (self.controller, survey.controller.is_some()),
            (self.no_controller, survey.controller.is_none()),
            (self.counted, true),
            (self.merged, true),
            (self.withdrawal, true),
            (self.customer_id, true),
            (self.verified_only, survey.verified_only),
            (self.segments, !segments.is_empty()),
            (self.comment, unshared && !survey.themes.is_empty()),
            (self.comment_counted, unshared && survey.themes.is_empty()),
            (self.comment_relayed, survey.relay.is_some()),
            (self.store_visit, survey.store_visit),
            (self.reward, survey.reward.is_some()),
            (self.technology, true),
            (self.turnstile, survey.turnstile),
            (self.optional, survey.verified_only),
            (self.all_optional, !survey.verified_only),
            (self.rights, true),
        ];
        let used: Vec<&str> =
            sentences.iter().filter_map(|(text, used)| used.then_some(*text)).collect();
        let pick = |[themes, none]: [&str; 2]| {
            let phrase = if survey.themes.is_empty() { none } else { themes };
            phrase.to_owned()
        };
        let (name, contact) =
            survey.controller.as_ref().map_or(("", ""), |c| (c.name.as_str(), c.contact.as_str()));
        fill(
            &used.join("\n"),
            &[
                ("name", name.to_owned()),
                ("contact", contact.to_owned()),
                ("min_cohort", survey.release.min_cohort.to_string()),
                ("patience", self.duration(survey.release.patience)),
                ("window", self.duration(survey.window)),
                ("segments", segments.join(", ")),
                ("read_for", pick(self.read_for)),
                ("passed_with", pick(self.passed_with)),
            ],
        )
    }

    /// `3 days`, in the largest unit that divides it.
    fn duration(&self, duration: Duration) -> String {
        let written = duration.to_string();
        let digits = written.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit =
            ["d", "h", "m", "s"].iter().zip(self.units).find(|(unit, _)| written.ends_with(*unit));
        let (one, several) = unit.map_or(("", ""), |(_, words)| words);
        format!("{digits} {}", if digits == "1" { one } else { several })
    }
}

/// Puts `values` where `text` names them in braces, once: braces inside of a value stay as they are.
pub fn fill(text: &str, values: &[(&str, String)]) -> String {
    let mut pieces = text.split('{');
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
        let value = values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value);
        filled.push_str(value);
        filled.push_str(rest);
    }
    filled
}

static LANGUAGES: [Language; 4] = [
    Language {
        locale: "en",
        units: [("day", "days"), ("hour", "hours"), ("minute", "minutes"), ("second", "seconds")],
        controller: "{name} is responsible for this survey. Contact: {contact}.",
        no_controller: "The operator of this site is responsible for this survey; turn to them \
                        with questions.",
        counted: "With your consent (GDPR, Art. 6(1)(a)) your answers are counted, and the consent \
                  too; only totals are kept. An answer waits in a count that holds no names until that count has at \
                  least {min_cohort} answers; then it is released as part of a total.",
        merged: "A count that has not filled up after {patience} is merged into a larger one; what \
                 is still waiting after 30 days is deleted.",
        withdrawal: "Until the release you can take your response back with the code you get when \
                     you send it; for that, what was counted is kept encrypted so that only this \
                     code opens it, and a hash of the code is kept for 30 days. After the release \
                     it can no longer be told apart, or taken back.",
        customer_id: "If you agree, your customer id, where one is known, is turned into a \
                      pseudonym for one purpose: to count each person once. The id itself is not \
                      stored, and the pseudonym's marker is destroyed at the end of the period of \
                      {window} in which a person counts once.",
        verified_only: "This survey counts only responses of people who agree to that.",
        segments: "If you agree, your response also counts for one group, drawn at random from \
                   these: {segments}. The others are not kept.",
        theme: "theme of the comment",
        comment: "If you agree, your comment is searched for words that show its themes; the text \
                  itself is not stored. Otherwise it is discarded unread.",
        comment_counted: "If you agree, it is counted that you left a comment. Nobody reads its text, \
                          and it is not stored.",
        comment_relayed: "You may agree to two things about your comment, to one without the other: that \
                  {read_for}; and that it is passed on once to \
                  a system of the team that runs this survey, {passed_with} \
                  whether your score was good or bad. Before it is passed on, a program replaces e-mail addresses, phone \
                  numbers, account numbers and card numbers. It may miss some, and names and what you \
                  tell of yourself stay. What was passed on has left this service: taking your response \
                  back does not take it back. Here the text is not stored, and without either agreement it is \
                  discarded unread.",
        read_for: [
            "it is searched for words that show its themes",
            "it is counted that you left one",
        ],
        passed_with: ["with the themes that were found, and with", "with"],
        store_visit: "If you agree, your browser keeps from one page of this site to the next when \
                      your visit began, how many pages it had and whether it reached its goal, so that \
                      it counts as one visit: in session storage, without an identifier, until the \
                      next page, or until you close the tab.",
        reward: "You get a code as thanks. It holds nothing of your answers and is not stored; once it is used, it is remembered for a year that it was, and not by whom.",
        technology: "No cookies are set, and IP addresses are not stored. The service runs at \
                     Cloudflare, which keeps restore points of its storage for up to 30 days: \
                     whoever may restore one could see what was stored then.",
        turnstile: "To keep out programs that answer in bulk (GDPR, Art. 6(1)(f)), your browser also loads a \
                    check by Cloudflare, Inc., called Turnstile. By that, Cloudflare learns your IP \
                    address, features of your browser and which site this is, but none of your \
                    answers; what the check keeps in your browser is Cloudflare’s to say: \
                    https://www.cloudflare.com/turnstile-privacy-policy/.",
        optional: "You may refuse everything else that is optional without disadvantage.",
        all_optional: "You may refuse everything that is optional without disadvantage.",
        rights: "You can complain to a data protection authority.",
    },
    Language {
        locale: "nl",
        units: [("dag", "dagen"), ("uur", "uur"), ("minuut", "minuten"), ("seconde", "seconden")],
        controller: "{name} is verantwoordelijk voor deze enquête. Contact: {contact}.",
        no_controller: "De beheerder van deze site is verantwoordelijk voor deze enquête; u kunt \
                        daar terecht met vragen.",
        counted: "Met uw toestemming (AVG, art. 6, lid 1, onder a) worden uw antwoorden geteld, en \
                  ook de toestemming; alleen totalen worden bewaard. Een antwoord wacht in een telling zonder namen tot die \
                  telling ten minste {min_cohort} antwoorden heeft; dan wordt het vrijgegeven als \
                  deel van een totaal.",
        merged: "Een telling die na {patience} niet vol is, gaat op in een grotere; wat na 30 \
                 dagen nog wacht, wordt gewist.",
        withdrawal: "Tot de vrijgave kunt u uw reactie terugnemen met de code die u bij het \
                     verzenden krijgt; daarvoor wordt wat geteld is versleuteld bewaard, zodat \
                     alleen deze code het opent, en wordt een hash van de code 30 dagen bewaard. \
                     Na de vrijgave is ze niet meer te onderscheiden, en niet meer terug te nemen.",
        customer_id: "Als u dat goedvindt, wordt uw klantnummer, voor zover bekend, omgezet in een \
                      pseudoniem met één doel: iedereen één keer tellen. Het nummer zelf wordt \
                      niet bewaard, en het merkteken van het pseudoniem wordt vernietigd aan het \
                      einde van de periode van {window} waarin iemand één keer telt.",
        verified_only: "Deze enquête telt alleen reacties van mensen die dat goedvinden.",
        segments: "Als u dat goedvindt, telt uw reactie ook mee voor één groep, bij toeval gekozen \
                   uit deze: {segments}. De andere worden niet bewaard.",
        theme: "thema van de opmerking",
        comment: "Als u dat goedvindt, wordt uw opmerking doorzocht op woorden die haar thema’s \
                  tonen; de tekst zelf wordt niet bewaard. Anders wordt ze ongelezen weggegooid.",
        comment_counted: "Als u dat goedvindt, wordt geteld dat u een opmerking maakte. Niemand leest de \
                          tekst, en hij wordt niet bewaard.",
        comment_relayed: "U kunt twee dingen met uw opmerking goedvinden, het ene zonder het andere: dat {read_for}; \
                  en dat ze eenmaal wordt doorgegeven aan een \
                  systeem van het team dat deze enquête houdt, {passed_with} of uw score \
                  goed of slecht was. Voor het doorgeven vervangt een programma e-mailadressen, telefoonnummers, \
                  rekeningnummers en kaartnummers. Het kan er missen, en namen en wat u over uzelf \
                  vertelt blijven staan. Wat is doorgegeven, heeft deze dienst verlaten: uw reactie \
                  terugnemen neemt het niet terug. Hier wordt de tekst niet bewaard, en zonder een van beide \
                  toestemmingen wordt ze ongelezen weggegooid.",
        read_for: [
            "ze wordt doorzocht op woorden die haar thema’s tonen",
            "wordt geteld dat u er een maakt",
        ],
        passed_with: ["met de gevonden thema’s, en met", "met"],
        store_visit: "Als u dat goedvindt, onthoudt uw browser van de ene pagina van deze site tot de \
                      volgende wanneer uw bezoek begon, hoeveel pagina’s het had en of het zijn doel \
                      bereikte, zodat het als één bezoek telt: in de sessieopslag, zonder \
                      identificatie, tot de volgende pagina, of tot u het tabblad sluit.",
        reward: "U krijgt een code als dank. Ze bevat niets van uw antwoorden en wordt niet bewaard; wordt ze gebruikt, dan wordt een jaar onthouden dat ze is gebruikt, en niet door wie.",
        technology: "Er worden geen cookies geplaatst en geen IP-adressen bewaard. De dienst \
                     draait bij Cloudflare, dat herstelpunten van zijn opslag tot 30 dagen \
                     bewaart: wie er een mag terugzetten, kan zien wat toen was opgeslagen.",
        turnstile: "Om programma’s te weren die massaal antwoorden (AVG, art. 6, lid 1, onder f), laadt uw \
                    browser ook een controle van Cloudflare, Inc., genaamd Turnstile. Daardoor verneemt \
                    Cloudflare uw IP-adres, kenmerken van uw browser en welke site dit is, maar geen van uw \
                    antwoorden; wat de controle in uw browser bewaart, zegt Cloudflare: \
                    https://www.cloudflare.com/turnstile-privacy-policy/.",
        optional: "U kunt al het andere dat optioneel is zonder nadeel weigeren.",
        all_optional: "U kunt alles wat optioneel is zonder nadeel weigeren.",
        rights: "U kunt een klacht indienen bij een toezichthouder voor gegevensbescherming.",
    },
    Language {
        locale: "de",
        units: [
            ("Tag", "Tagen"),
            ("Stunde", "Stunden"),
            ("Minute", "Minuten"),
            ("Sekunde", "Sekunden"),
        ],
        controller: "Für diese Umfrage verantwortlich ist: {name}. Kontakt: {contact}.",
        no_controller: "Für diese Umfrage ist der Betreiber dieser Website verantwortlich; wenden \
                        Sie sich mit Fragen an ihn.",
        counted: "Mit Ihrer Einwilligung (DSGVO, Art. 6 Abs. 1 Buchst. a) werden Ihre Antworten \
                  gezählt, die Einwilligung auch; nur Summen werden aufbewahrt. Eine Antwort wartet in einer Zählung ohne \
                  Namen, bis diese mindestens {min_cohort} Antworten hat; dann wird sie als Teil \
                  einer Summe freigegeben.",
        merged: "Eine Zählung, die nach {patience} nicht voll ist, geht in einer größeren auf; was \
                 nach 30 Tagen noch wartet, wird gelöscht.",
        withdrawal: "Bis zur Freigabe können Sie Ihre Rückmeldung mit dem Code zurücknehmen, den \
                     Sie beim Absenden erhalten; dafür wird das Gezählte so verschlüsselt \
                     aufbewahrt, dass nur dieser Code es öffnet, und ein Hash des Codes 30 Tage \
                     lang. Nach der Freigabe ist sie nicht mehr zu unterscheiden und nicht mehr \
                     zurückzunehmen.",
        customer_id: "Wenn Sie zustimmen, wird Ihre Kundennummer, soweit bekannt, in ein Pseudonym \
                      umgewandelt, und nur dazu: jede Person einmal zu zählen. Die Nummer selbst \
                      wird nicht gespeichert, und die Markierung des Pseudonyms wird am Ende des \
                      Zeitraums von {window} vernichtet, in dem eine Person einmal zählt.",
        verified_only: "Diese Umfrage zählt nur Rückmeldungen von Personen, die dem zustimmen.",
        segments: "Wenn Sie zustimmen, zählt Ihre Rückmeldung auch für eine Gruppe, zufällig \
                   gezogen aus diesen: {segments}. Die anderen werden nicht aufbewahrt.",
        theme: "Thema des Kommentars",
        comment: "Wenn Sie zustimmen, wird Ihr Kommentar nach Wörtern durchsucht, die seine Themen \
                  zeigen; der Text selbst wird nicht gespeichert. Andernfalls wird er ungelesen \
                  verworfen.",
        comment_counted: "Wenn Sie zustimmen, wird gezählt, dass Sie einen Kommentar gegeben haben. Niemand \
                          liest den Text, und er wird nicht gespeichert.",
        comment_relayed: "Sie können bei Ihrem Kommentar zwei Dingen zustimmen, dem einen ohne das andere: dass {read_for}; \
                  und dass er einmal an ein System des \
                  Teams weitergegeben wird, das diese Umfrage durchführt, {passed_with}, ob \
                  Ihre Wertung gut oder schlecht war. Vor der Weitergabe ersetzt ein Programm E-Mail-Adressen, \
                  Telefonnummern, Kontonummern und Kartennummern. Es kann welche übersehen, und Namen und \
                  was Sie von sich erzählen, bleiben stehen. Was weitergegeben wurde, hat diesen Dienst verlassen: \
                  Wenn Sie Ihre Rückmeldung zurücknehmen, holt das es nicht zurück. Hier wird der Text nicht \
                  gespeichert, und ohne eine der beiden Zustimmungen wird er ungelesen verworfen.",
        read_for: [
            "er nach Wörtern durchsucht wird, die seine Themen zeigen",
            "gezählt wird, dass Sie einen geben",
        ],
        passed_with: ["mit den gefundenen Themen und damit", "zusammen damit"],
        store_visit: "Wenn Sie zustimmen, merkt sich Ihr Browser von einer Seite dieser Website zur \
                      nächsten, wann Ihr Besuch begann, wie viele Seiten er hatte und ob er sein Ziel \
                      erreicht hat, damit er als ein Besuch zählt: im Sitzungsspeicher, ohne Kennung, \
                      bis zur nächsten Seite oder bis Sie den Tab schließen.",
        reward: "Sie erhalten einen Code als Dank. Er enthält nichts von Ihren Antworten und wird nicht gespeichert; wird er verwendet, so wird ein Jahr lang festgehalten, dass er verwendet wurde, und nicht, von wem.",
        technology: "Es werden keine Cookies gesetzt und keine IP-Adressen gespeichert. Der Dienst \
                     läuft bei Cloudflare, das Wiederherstellungspunkte seines Speichers bis zu 30 \
                     Tage aufbewahrt: Wer einen davon zurückspielen darf, kann sehen, was damals \
                     gespeichert war.",
        turnstile: "Um Programme fernzuhalten, die massenhaft antworten (DSGVO, Art. 6 Abs. 1 Buchst. f), \
                    lädt Ihr Browser auch eine Prüfung von Cloudflare, Inc., genannt Turnstile. Dadurch \
                    erfährt Cloudflare Ihre IP-Adresse, Merkmale Ihres Browsers und um welche Website es \
                    geht, aber keine Ihrer Antworten; was die Prüfung in Ihrem Browser aufbewahrt, sagt \
                    Cloudflare: https://www.cloudflare.com/turnstile-privacy-policy/.",
        optional: "Alles andere, was freiwillig ist, können Sie ohne Nachteil ablehnen.",
        all_optional: "Alles, was freiwillig ist, können Sie ohne Nachteil ablehnen.",
        rights: "Sie können sich bei einer Datenschutzaufsichtsbehörde beschweren.",
    },
    Language {
        locale: "fr",
        units: [
            ("jour", "jours"),
            ("heure", "heures"),
            ("minute", "minutes"),
            ("seconde", "secondes"),
        ],
        controller: "Responsable de cette enquête : {name}. Contact : {contact}.",
        no_controller: "L’exploitant de ce site est responsable de cette enquête ; adressez-lui \
                        vos questions.",
        counted: "Avec votre consentement (RGPD, art. 6, par. 1, point a), vos réponses sont \
                  comptées, et le consentement aussi ; seuls des totaux sont conservés. Une réponse attend dans un compte \
                  sans noms jusqu’à ce que celui-ci ait au moins {min_cohort} réponses ; elle est \
                  alors publiée comme partie d’un total.",
        merged: "Un compte qui n’est pas rempli après {patience} est fondu dans un compte plus \
                 grand ; ce qui attend encore après 30 jours est effacé.",
        withdrawal: "Jusqu’à la publication, vous pouvez retirer votre réponse avec le code reçu \
                     lors de l’envoi ; pour cela, ce qui a été compté est conservé chiffré de \
                     sorte que seul ce code l’ouvre, et une empreinte du code est conservée 30 \
                     jours. Après la publication, elle ne peut plus être distinguée ni retirée.",
        customer_id: "Si vous l’acceptez, votre numéro de client, s’il est connu, est transformé \
                      en pseudonyme dans un seul but : compter chaque personne une seule fois. Le \
                      numéro lui-même n’est pas conservé, et la marque du pseudonyme est détruite \
                      à la fin de la période de {window} pendant laquelle une personne compte une \
                      fois.",
        verified_only: "Cette enquête ne compte que les réponses des personnes qui l’acceptent.",
        segments: "Si vous l’acceptez, votre réponse compte aussi pour un groupe, tiré au sort \
                   parmi ceux-ci : {segments}. Les autres ne sont pas conservés.",
        theme: "thème du commentaire",
        comment: "Si vous l’acceptez, des mots qui montrent ses thèmes sont recherchés dans votre \
                  commentaire ; le texte lui-même n’est pas conservé. Sinon, il est supprimé sans \
                  être lu.",
        comment_counted: "Si vous l’acceptez, le fait que vous avez laissé un commentaire est compté. Personne \
                          n’en lit le texte, et il n’est pas conservé.",
        comment_relayed: "Vous pouvez accepter deux choses pour votre commentaire, l’une sans l’autre : que {read_for} ; \
                  et qu’il soit transmis une fois à un système de \
                  l’équipe qui mène cette enquête, {passed_with} le fait que votre note était bonne \
                  ou mauvaise. Avant de le transmettre, un programme remplace les adresses électroniques, les numéros de \
                  téléphone, de compte et de carte. Il peut en manquer, et les noms et ce que vous racontez de \
                  vous restent. Ce qui a été transmis a quitté ce service : retirer votre réponse ne le retire \
                  pas. Ici, le texte n’est pas conservé, et sans l’un de ces deux accords il est supprimé sans \
                  être lu.",
        read_for: [
            "des mots qui montrent ses thèmes y soient recherchés",
            "le fait d’en laisser un soit compté",
        ],
        passed_with: ["avec les thèmes trouvés et avec", "avec"],
        store_visit: "Si vous l’acceptez, votre navigateur retient, d’une page de ce site à la \
                      suivante, quand votre visite a commencé, combien de pages elle a comptées et si \
                      elle a atteint son but, afin qu’elle compte comme une seule visite : dans le \
                      stockage de session, sans identifiant, jusqu’à la page suivante ou jusqu’à la \
                      fermeture de l’onglet.",
        reward: "Vous recevez un code en remerciement. Il ne contient rien de vos réponses et n’est pas conservé ; s’il est utilisé, on retient pendant un an qu’il l’a été, et non par qui.",
        technology: "Aucun cookie n’est déposé et aucune adresse IP n’est conservée. Le service \
                     fonctionne chez Cloudflare, qui garde des points de restauration de son \
                     stockage jusqu’à 30 jours : qui peut en restaurer un peut voir ce qui était \
                     alors stocké.",
        turnstile: "Pour écarter les programmes qui répondent en masse (RGPD, art. 6, par. 1, point f), votre \
                    navigateur charge aussi un contrôle de Cloudflare, Inc., nommé Turnstile. Cloudflare \
                    apprend ainsi votre adresse IP, des caractéristiques de votre navigateur et de quel \
                    site il s’agit, mais aucune de vos réponses ; ce que le contrôle garde dans votre \
                    navigateur, Cloudflare le dit : https://www.cloudflare.com/turnstile-privacy-policy/.",
        optional: "Vous pouvez refuser sans inconvénient tout ce qui est par ailleurs facultatif.",
        all_optional: "Vous pouvez refuser sans inconvénient tout ce qui est facultatif.",
        rights: "Vous pouvez introduire une réclamation auprès d’une autorité de protection des \
                 données.",
    },
];
