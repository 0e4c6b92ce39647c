//! Ready-made questions, and the wording of those that come without one, in four languages.
//!
//! A template has no comment: without themes, asking for words would gather nothing.

use super::survey::{Direction, Kind, Question, Survey, Texts};

/// The languages in which whatever is built in can be read.
pub const LANGUAGES: [&str; 4] = ["en", "nl", "de", "fr"];

/// One text in each of [`LANGUAGES`], in that order.
type Wording = [&'static str; 4];

fn texts(wording: Wording) -> Texts {
    LANGUAGES
        .iter()
        .zip(wording)
        .map(|(locale, text)| ((*locale).to_owned(), text.to_owned()))
        .collect()
}

/// A ready-made list of questions that a survey can name instead of writing its own.
#[derive(Clone, Copy)]
pub struct Template {
    name: &'static str,
    questions: fn() -> Vec<Question>,
}

impl Template {
    /// The name that a survey gives as its `template`.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Its questions.
    pub fn questions(self) -> Vec<Question> {
        (self.questions)()
    }
}

/// All templates.
pub const TEMPLATES: [Template; 6] = [
    Template { name: "nps", questions: || vec![recommend()] },
    Template { name: "csat_purchase", questions: csat_purchase },
    Template { name: "csat_support", questions: csat_support },
    Template { name: "ces", questions: ces },
    Template { name: "visits", questions: visits },
    Template { name: "store", questions: store },
];

/// The figures of behaviour that the questions of the template `visits` ask for, in their order.
const BEHAVIOUR: [&str; 4] =
    ["average_duration", "pages_per_visit", "conversion_rate", "bounce_rate"];

/// The figure of behaviour that a question of a survey asks for: one of the template `visits`, in a
/// survey that asks all of them as they are there, wording aside.
pub fn behaviour(survey: &Survey, question: &str) -> Option<&'static str> {
    let at = visits().iter().position(|own| own.id == question)?;
    measures_visits(survey).then(|| BEHAVIOUR.get(at).copied()).flatten()
}

/// Whether a survey asks all questions of the template `visits` as they are there, wording aside.
pub fn measures_visits(survey: &Survey) -> bool {
    visits().iter().all(|own| {
        let given = survey.question(&own.id).map(|question| question.kind.scale());
        given.is_some_and(|scale| scale == own.kind.scale())
    })
}

/// The wording of a question of this kind that has none of its own.
pub fn wording(kind: &Kind) -> Texts {
    texts(match kind {
        Kind::Nps { .. } => RECOMMEND,
        Kind::Csat { .. } => [
            "How satisfied are you?",
            "Hoe tevreden bent u?",
            "Wie zufrieden sind Sie?",
            "Dans quelle mesure êtes-vous satisfait(e) ?",
        ],
        Kind::Ces { direction: Direction::EasyHigh, .. } => EASE,
        Kind::Ces { direction: Direction::EffortHigh, .. } => [
            "How much effort did it take you to do what you came for?",
            "Hoeveel moeite kostte het u om te doen waarvoor u kwam?",
            "Wie viel Aufwand hat es Sie gekostet, Ihr Anliegen zu erledigen?",
            "Combien d’efforts avez-vous dû fournir pour faire ce que vous vouliez faire ?",
        ],
        Kind::Rating { .. } => [
            "Which rating do you give us?",
            "Welke beoordeling geeft u ons?",
            "Wie bewerten Sie uns?",
            "Quelle note nous donnez-vous ?",
        ],
        Kind::Choice { multiple: false, .. } => [
            "Which of these fits best?",
            "Welke hiervan past het best?",
            "Was davon trifft am besten zu?",
            "Laquelle de ces réponses convient le mieux ?",
        ],
        Kind::Choice { multiple: true, .. } => [
            "Which of these apply? You may choose several.",
            "Welke hiervan zijn van toepassing? U kunt er meer kiezen.",
            "Was davon trifft zu? Sie können mehreres wählen.",
            "Lesquelles de ces réponses conviennent ? Vous pouvez en choisir plusieurs.",
        ],
        Kind::YesNo => ["Yes or no?", "Ja of nee?", "Ja oder nein?", "Oui ou non ?"],
        Kind::Number { .. } => [
            "Which number do you enter?",
            "Welk getal vult u in?",
            "Welche Zahl geben Sie an?",
            "Quel nombre indiquez-vous ?",
        ],
        Kind::Comment => [
            "What would you like to tell us? Please give no names or contact details.",
            "Wat wilt u ons vertellen? Noem liever geen namen of contactgegevens.",
            "Was möchten Sie uns mitteilen? Bitte nennen Sie keine Namen oder Kontaktdaten.",
            "Que souhaitez-vous nous dire ? Merci de n’indiquer ni noms ni coordonnées.",
        ],
    })
}

const RECOMMEND: Wording = [
    "How likely are you to recommend us to a friend or colleague?",
    "Hoe waarschijnlijk is het dat u ons aanbeveelt aan een vriend of collega?",
    "Wie wahrscheinlich ist es, dass Sie uns Freunden oder Kollegen weiterempfehlen?",
    "Quelle est la probabilité que vous nous recommandiez à un ami ou à un collègue ?",
];
const EASE: Wording = [
    "How easy was it to do what you came for?",
    "Hoe makkelijk was het om te doen waarvoor u kwam?",
    "Wie einfach war es, Ihr Anliegen zu erledigen?",
    "Vous a-t-il été facile de faire ce que vous vouliez faire ?",
];

fn question(id: &str, kind: Kind, wording: Wording) -> Question {
    Question { id: id.to_owned(), kind, text: texts(wording), required: false, show_if: None }
}

fn number(unit: &str, edges: &[i64]) -> Kind {
    Kind::Number { unit: Some(unit.to_owned()), edges: edges.to_vec() }
}

fn recommend() -> Question {
    question("recommend", Kind::Nps { map: None }, RECOMMEND)
}

fn csat_purchase() -> Vec<Question> {
    vec![
        question(
            "satisfied",
            Kind::Csat { points: 5 },
            [
                "How satisfied are you with your purchase?",
                "Hoe tevreden bent u over uw aankoop?",
                "Wie zufrieden sind Sie mit Ihrem Einkauf?",
                "Dans quelle mesure êtes-vous satisfait(e) de votre achat ?",
            ],
        ),
        question(
            "as_expected",
            Kind::YesNo,
            [
                "Is what you bought as you expected?",
                "Is wat u hebt gekocht zoals u had verwacht?",
                "Entspricht Ihr Einkauf Ihren Erwartungen?",
                "Votre achat correspond-il à vos attentes ?",
            ],
        ),
    ]
}

fn csat_support() -> Vec<Question> {
    vec![
        question(
            "satisfied",
            Kind::Csat { points: 5 },
            [
                "How satisfied are you with the help you received?",
                "Hoe tevreden bent u over de hulp die u hebt gekregen?",
                "Wie zufrieden sind Sie mit der Hilfe, die Sie erhalten haben?",
                "Dans quelle mesure êtes-vous satisfait(e) de l’aide que vous avez reçue ?",
            ],
        ),
        question(
            "resolved",
            Kind::YesNo,
            [
                "Has your question been resolved?",
                "Is uw vraag opgelost?",
                "Wurde Ihr Anliegen gelöst?",
                "Votre demande a-t-elle été résolue ?",
            ],
        ),
    ]
}

fn ces() -> Vec<Question> {
    vec![question("effort", Kind::Ces { points: 7, direction: Direction::EasyHigh }, EASE)]
}

/// What a visit was, sent once when it ends. Bins are narrow where most visits are, since means are
/// taken from their middles; those of pages lie between whole numbers, so that a bin of one number
/// has it in the middle. Whoever measures more than the largest value sends that.
fn visits() -> Vec<Question> {
    const SECONDS: [i64; 20] = [
        0, 5, 10, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600, 900, 1_200, 1_800, 2_700,
        3_600, 7_200,
    ];
    const HALF_PAGES: [i64; 17] =
        [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 31, 41, 61, 101, 151, 201];
    vec![
        question(
            "duration",
            number("s", &SECONDS.map(|seconds| seconds * 1000)),
            [
                "Duration of the visit in seconds",
                "Duur van het bezoek in seconden",
                "Dauer des Besuchs in Sekunden",
                "Durée de la visite en secondes",
            ],
        ),
        question(
            "pages",
            number("pages", &HALF_PAGES.map(|halves| halves * 500)),
            [
                "Pages seen during the visit",
                "Tijdens het bezoek bekeken pagina’s",
                "Während des Besuchs angesehene Seiten",
                "Pages vues pendant la visite",
            ],
        ),
        question(
            "converted",
            Kind::YesNo,
            [
                "Did the visit reach its goal?",
                "Bereikte het bezoek zijn doel?",
                "Hat der Besuch sein Ziel erreicht?",
                "La visite a-t-elle atteint son but ?",
            ],
        ),
        question(
            "bounced",
            Kind::YesNo,
            [
                "Did the visit end on the page where it began?",
                "Eindigde het bezoek op de pagina waar het begon?",
                "Endete der Besuch auf der Seite, auf der er begann?",
                "La visite s’est-elle terminée sur la page où elle a commencé ?",
            ],
        ),
    ]
}

fn store() -> Vec<Question> {
    vec![
        question(
            "satisfied",
            Kind::Csat { points: 5 },
            [
                "How satisfied are you with your visit to our store?",
                "Hoe tevreden bent u over uw bezoek aan onze winkel?",
                "Wie zufrieden sind Sie mit Ihrem Besuch in unserem Geschäft?",
                "Dans quelle mesure êtes-vous satisfait(e) de votre visite dans notre magasin ?",
            ],
        ),
        question(
            "found",
            Kind::YesNo,
            [
                "Did you find what you were looking for?",
                "Hebt u gevonden wat u zocht?",
                "Haben Sie gefunden, was Sie gesucht haben?",
                "Avez-vous trouvé ce que vous cherchiez ?",
            ],
        ),
        recommend(),
    ]
}
