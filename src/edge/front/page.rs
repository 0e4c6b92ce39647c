//! The hosted page of a survey, `/s/{id}`: the same questions, judged and counted the same way, by a form
//! that works without JavaScript.
//!
//! Reading it never counts and never asks the Ledger: whoever follows links in mails may follow these.
//! A form token is not needed, since nobody is signed in: what another site could have a browser send,
//! it could send itself. That it does not send it for people who agreed to nothing, `admit_own` sees to.

use js_sys::encode_uri_component;

use crate::domain::fault::Fault;
use crate::domain::invitation;
use crate::domain::ledger::next_on_grid;
use crate::domain::pseudonym::SubmissionId;
use crate::domain::response::{Circumstances, Refusal};
use crate::domain::reward;
use crate::domain::survey::{Kind as QuestionKind, Status};
use crate::edge::definitions::{self, Loaded};
use crate::edge::request::Call;
use crate::edge::{Failure, Outcome, log, now, random};
use crate::http::form::Form;
use crate::http::page::outcome::{self, Thanks};
use crate::http::page::survey::Sheet;
use crate::http::page::{self, Reader};
use crate::http::policy;
use crate::http::problem::{Kind, Problem};
use crate::http::qr;
use crate::http::reply::Reply;
use crate::http::route::Route;

use super::config::Config;
use super::limit;
use super::submit::{self, Arrival, Refused, Reward, Taken};
use super::withdraw;

/// Answers a call for a page; what goes wrong is told on a page, too.
pub async fn answer(call: &mut Call, config: &Config, route: &Route) -> Outcome {
    let link = call.link()?;
    let accept_language = call.header("accept-language")?;
    let mut reader = Reader::new(link.text("lang"), accept_language.as_deref());
    let outcome = match route {
        Route::ShowPage(id) => show(call, config, &reader, id, &link).await,
        Route::ShowWithdrawal(id) => match definitions::fresh(&call.env, id).await {
            Ok(survey) => Ok(outcome::ask_code(&reader, &survey.stored, "", false)),
            Err(failure) => Err(failure),
        },
        Route::QrCode(id) => qr_code(call, id, &link).await,
        Route::SendPage(id) | Route::SendWithdrawal(id) => match received(call, config, id).await {
            Ok(form) => {
                reader = Reader::new(form.text("lang"), accept_language.as_deref());
                match route {
                    Route::SendPage(_) => send(call, config, &reader, id, &form).await,
                    _ => take_back(call, &reader, id, &form).await,
                }
            }
            Err(failure) => Err(failure),
        },
        _ => Err(Problem::new(Kind::NotFound).into()),
    };
    let failure = match outcome {
        Ok(reply) => return Ok(reply),
        Err(failure) => failure,
    };
    let problem = match failure {
        Failure::Problem(problem) => problem,
        Failure::Fault(fault) => logged(Kind::Internal, &fault),
        Failure::Unavailable(fault) => logged(Kind::Unavailable, &fault),
    };
    Ok(page::problem(&reader, problem.kind()))
}

fn logged(kind: Kind, fault: &str) -> Problem {
    log(fault);
    Problem::new(kind)
}

async fn received(call: &mut Call, config: &Config, id: &str) -> Result<Form, Failure> {
    let site = call.header("sec-fetch-site")?;
    policy::admit_own(site.as_deref(), call.origin.as_deref(), &call.own_origin())?;
    let form = call.form().await?;
    limit::client(call, config, id).await?;
    Ok(form)
}

/// 200 with the form, or with why there is none.
async fn show(call: &Call, config: &Config, reader: &Reader, id: &str, link: &Form) -> Outcome {
    let survey = definitions::fresh(&call.env, id).await?;
    let made = SubmissionId::from_bytes(random()?).reveal();
    form(call, config, reader, &survey, (link, link.text("i")), &made, None)
}

/// The form, fresh or refused with some faults; or the page that says why there is none.
fn form(
    call: &Call,
    config: &Config,
    reader: &Reader,
    survey: &Loaded,
    (form, invitation): (&Form, Option<&str>),
    submission_id: &str,
    refused: Option<(u16, &[Fault])>,
) -> Outcome {
    let private = call.global_privacy_control()?;
    let (status, faults) = refused.unwrap_or((200, &[]));
    let (defined, id) = (survey.survey(), &survey.stored.id);
    if defined.status == Status::Closed {
        return Ok(page::closed(reader, status));
    }
    let valid =
        invitation.filter(|text| invitation::open(&config.invitations, id, now(), text).is_ok());
    if defined.verified_only && (valid.is_none() || private) {
        return Ok(page::invited_only(reader, status, private && valid.is_some()));
    }
    let turnstile = match defined.turnstile {
        true => Some(config.turnstile()?.site_key.as_str()),
        false => None,
    };
    let sheet = Sheet {
        reader,
        stored: &survey.stored,
        notice: &survey.notice,
        form,
        sent: refused.is_some(),
        faults,
        submission_id,
        invitation: valid,
        invitation_refused: invitation.is_some() && valid.is_none(),
        private,
        turnstile,
    };
    Ok(sheet.reply(status))
}

/// 200 with thanks; 409 or 422 with the form as it was filled in, and what is wrong with it.
async fn send(call: &Call, config: &Config, reader: &Reader, id: &str, sent: &Form) -> Outcome {
    let survey = definitions::fresh(&call.env, id).await?;
    let given = sent.text("submission_id").and_then(SubmissionId::parse);
    let submission_id = match given {
        Some(given) => given.reveal(),
        None => SubmissionId::from_bytes(random()?).reveal(),
    };
    if sent.is_trapped() {
        // Whoever filled in what people do not see is told the same, and counts nothing.
        let (created, every) = (survey.stored.created, survey.survey().release.every);
        let until = next_on_grid(created, every, now());
        let today = now().day();
        let reward = match survey.survey().reward {
            Some(_) => Some(Reward {
                code: reward::decoy(random()?),
                redeemable_until: reward::redeemable_until(today).to_string(),
            }),
            None => None,
        };
        let (receipt, answered) = (None, None);
        let taken = Taken { submission_id, until, receipt, reward, answered };
        return Ok(thanks(reader, &survey, sent, &taken));
    }
    let body = sent.response(survey.survey(), &submission_id, reader.words.decimal_mark());
    policy::accept_size(body.len(), policy::MOST_RESPONSE)?;
    let circumstances = Circumstances {
        may_identify: false,
        global_privacy_control: call.global_privacy_control()?,
        all_shown: true,
        dry_run: false,
    };
    let arrival = Arrival { body: body.as_bytes(), circumstances, from: None };
    let (survey, status, faults) = match submit::take(call, config, id, &arrival).await {
        Ok(Some(taken)) => return Ok(thanks(reader, &survey, sent, &taken)),
        Ok(None) => return Err(Failure::Fault("a response was only judged".to_owned())),
        Err(Refused::Otherwise(failure)) => return Err(failure),
        Err(Refused::Judged(survey, refusal)) => match refusal {
            Refusal::Closed => return Err(Problem::new(Kind::SurveyClosed).into()),
            Refusal::OtherNotice(faults) => (survey, Kind::OtherNotice.status(), faults),
            Refusal::Faulty(faults) => (survey, Kind::Invalid.status(), faults),
            Refusal::Unreadable(_) | Refusal::KeyNeeded => {
                return Err(Problem::new(Kind::Malformed).into());
            }
        },
    };
    let invitation = sent.text("invitation");
    let refused = Some((status, faults.as_slice()));
    form(call, config, reader, &survey, (sent, invitation), &submission_id, refused)
}

fn thanks(reader: &Reader, survey: &Loaded, sent: &Form, taken: &Taken) -> Reply {
    let (mut left_out, mut unread) = (false, false);
    for question in &survey.survey().questions {
        let counted = |answered: &Vec<String>| answered.contains(&question.id);
        if sent.answers(question).is_empty() || taken.answered.as_ref().is_none_or(counted) {
            continue;
        }
        let relays = survey.survey().relay.is_some();
        let agrees = sent.agrees("analyse_comment") || relays && sent.agrees("share_comment");
        let refused = question.kind == QuestionKind::Comment && !agrees;
        if refused { unread = true } else { left_out = true }
    }
    let page = Thanks {
        reader,
        stored: &survey.stored,
        submission_id: &taken.submission_id,
        until: taken.until,
        receipt: taken.receipt.as_deref(),
        reward: taken
            .reward
            .as_ref()
            .map(|reward| (reward.code.as_str(), reward.redeemable_until.as_str())),
        left_out,
        unread,
    };
    page.reply()
}

/// 200 with what was taken back; 404, 410 and 422 as pages.
async fn take_back(call: &Call, reader: &Reader, id: &str, sent: &Form) -> Outcome {
    let survey = definitions::fresh(&call.env, id).await?;
    let given = sent.text("submission_id").unwrap_or_default().trim();
    let Some(submission) = SubmissionId::parse(given) else {
        return Ok(outcome::ask_code(reader, &survey.stored, given, true));
    };
    let told = withdraw::take_back(&call.env, id, submission).await?;
    Ok(outcome::withdrawn(reader, &survey.stored, &told))
}

/// 200 with the public link as an image; with the segments that the link is for.
async fn qr_code(call: &Call, id: &str, link: &Form) -> Outcome {
    let survey = definitions::fresh(&call.env, id).await?;
    let segments = link.segments(survey.survey()).into_iter().map(|(dimension, segment)| {
        format!("dimensions.{dimension}={}", String::from(encode_uri_component(segment)))
    });
    let query = segments.collect::<Vec<_>>().join("&");
    let mark = if query.is_empty() { "" } else { "?" };
    let url = format!("{}/s/{id}{mark}{query}", call.own_origin());
    let image = qr::svg(&url)
        .ok_or_else(|| Problem::new(Kind::Invalid).detail("The link is too long for a QR code."))?;
    Ok(Reply::new(200, "image/svg+xml", image).header("x-robots-tag", "noindex"))
}
