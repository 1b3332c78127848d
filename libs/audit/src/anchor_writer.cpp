#include "rgw/audit/anchor_writer.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "rgw/async/loop.hpp"
#include "rgw/base/log.hpp"
#include "rgw/crypto/digest.hpp"

namespace rgw::audit {
namespace {

using namespace std::chrono_literals;

constexpr auto tick = 500ms;
constexpr auto look_every = 10s;
constexpr auto longest_wait = 5min;  // between tries
constexpr auto query_patience = 10s;
constexpr auto transfer_patience = 20s;
// A round ends before its turn does, so that no two write at once.
constexpr auto turn = 120s;
constexpr auto round_length = 60s;

Deadline within(std::chrono::seconds patience, Deadline give_up) {
    return std::min(give_up, deadline_in(patience));
}

std::string events(std::int64_t count) {
    return std::to_string(count) + (count == 1 ? " event" : " events");
}

AnchorLink link_to(const NewAnchor& written) {
    return {.object_key = written.anchor.object_key, .body_hash = crypto::sha256(written.body)};
}

}  // namespace

AnchorWriter::AnchorWriter(Parts parts, std::vector<NoteSigner> signers,
                           std::vector<NoteVerifier> verifiers, AnchorOptions options)
    : parts_(parts),
      signers_(std::move(signers)),
      verifiers_(std::move(verifiers)),
      options_(std::move(options)) {
    if (signers_.empty()) {
        throw std::invalid_argument("anchors without a signer");
    }
}

async::Task<void> AnchorWriter::run(std::function<async::Task<void>(std::string)> contradicted) {
    std::string told;
    auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(look_every);
    for (Deadline next = std::chrono::steady_clock::now(); !stopping_;) {
        if (std::chrono::steady_clock::now() < next) {
            co_await async::sleep_for(tick);
            continue;
        }
        const Result<Written> written = co_await write(Deadline::max());
        wait = written ? std::chrono::milliseconds(look_every)
                       : std::min<std::chrono::milliseconds>(wait * 2, longest_wait);
        next = std::chrono::steady_clock::now() + wait;
        std::string contradiction = stats().contradiction;
        if (contradiction != told) {
            told = contradiction;
            if (!told.empty()) {
                co_await contradicted(std::move(contradiction));
            }
        }
    }
    stopping_ = false;
}

async::Task<Result<std::optional<AnchorLink>>> AnchorWriter::write(Deadline give_up, Round round) {
    Result<Written> written = co_await try_write(round, within(round_length, give_up));
    if (!written) {
        note_failure(written.error());
    }
    co_return written;
}

async::Task<Result<AnchorWriter::Written>> AnchorWriter::try_write(Round round, Deadline give_up) {
    const Result<AnchorLook> look = co_await parts_.store.look(options_.bucket, options_.chain_id,
                                                               within(query_patience, give_up));
    if (!look) {
        co_return look.error();
    }
    note(*look);
    if (round == Round::when_due && !due(*look)) {
        co_return Written();
    }
    const Result<bool> mine =
        co_await parts_.store.take_turn(options_.instance, turn, within(query_patience, give_up));
    if (!mine || !*mine) {
        co_return mine ? Result<Written>(Written()) : mine.error();
    }
    Result<Written> written = co_await write_in_turn(round, give_up);
    const Result<bool> ended = co_await parts_.store.take_turn(
        options_.instance, std::chrono::seconds(0), deadline_in(query_patience));
    if (!ended) {
        log::debug("the turn to anchor ends by itself", {{"error", describe(ended.error())}});
    }
    co_return written;
}

async::Task<Result<AnchorWriter::Written>> AnchorWriter::write_in_turn(Round round,
                                                                       Deadline give_up) {
    // Somebody may have had a turn in between.
    Result<AnchorLook> look = co_await parts_.store.look(options_.bucket, options_.chain_id,
                                                         within(query_patience, give_up));
    if (!look) {
        co_return look.error();
    }
    Result<Unknown> unknown = co_await find_unknown(*look, give_up);
    if (!unknown) {
        co_return unknown.error();
    }
    const bool passed_over = round == Round::restored && unknown->newest_key.has_value();
    if (!unknown->contradiction.empty() && !passed_over) {
        co_return Error(Errc::invalid_value, unknown->contradiction);
    }
    for (NewAnchor& lost : unknown->ours) {
        look->newest = {
            .link = link_to(lost), .tree_size = lost.anchor.tree_size, .at = lost.anchor.at};
        const Result<void> added =
            co_await parts_.store.add(std::move(lost), within(query_patience, give_up));
        if (!added) {
            co_return added.error();
        }
    }
    {
        const std::lock_guard lock(mutex_);
        stats_.contradiction.clear();
    }
    const bool nothing_new = !look->checkpoint || (look->newest && look->newest->tree_size >=
                                                                       look->checkpoint->tree_size);
    if (nothing_new && !passed_over) {
        anchored_before_ = true;
        co_return Written();
    }
    if (!look->checkpoint) {
        co_return Error(Errc::not_found, "there is no checkpoint to anchor yet");
    }
    Result<Written> written =
        co_await anchor(std::move(*look->checkpoint), std::move(look->newest),
                        passed_over ? std::move(unknown->newest_key) : std::nullopt, give_up);
    anchored_before_ = anchored_before_ || written;
    co_return written;
}

async::Task<Result<std::string>> AnchorWriter::find_contradiction(Deadline give_up) {
    const Result<AnchorLook> look = co_await parts_.store.look(options_.bucket, options_.chain_id,
                                                               within(query_patience, give_up));
    if (!look) {
        co_return look.error();
    }
    Result<Unknown> unknown = co_await find_unknown(*look, give_up);
    co_return unknown ? Result<std::string>(std::move(unknown->contradiction)) : unknown.error();
}

// The newest one first: after an old copy was put back there may be thousands, and one is enough.
async::Task<Result<AnchorWriter::Unknown>> AnchorWriter::find_unknown(const AnchorLook& look,
                                                                      Deadline give_up) {
    Result<std::vector<std::string>> keys =
        co_await list_after(look.newest ? look.newest->link.object_key : std::string(), give_up);
    if (!keys) {
        co_return keys.error();
    }
    Unknown unknown;
    if (look.newest) {
        const Result<void> compared = co_await compare_newest(look.newest->link, unknown, give_up);
        if (!compared || !unknown.contradiction.empty()) {
            co_return compared ? Result<Unknown>(std::move(unknown)) : compared.error();
        }
    }
    if (!keys->empty()) {
        std::ranges::rotate(*keys, std::prev(keys->end()));
    }
    for (const std::string& key : *keys) {
        const Result<void> judged = co_await judge(key, look.next_index, unknown, give_up);
        if (!judged) {
            co_return judged.error();
        }
        if (!unknown.contradiction.empty()) {
            break;
        }
    }
    if (!unknown.ours.empty()) {
        std::ranges::rotate(unknown.ours, std::next(unknown.ours.begin()));
    }
    co_return unknown;
}

// The next one continues what lies there, not what should lie there: the lock keeps versions, and a
// newer one or a delete marker hides them.
async::Task<Result<void>> AnchorWriter::compare_newest(AnchorLink known, Unknown& unknown,
                                                       Deadline give_up) {
    const Result<std::optional<std::string>> body =
        co_await parts_.objects.get(known.object_key, within(transfer_patience, give_up));
    if (!body) {
        co_return body.error();
    }
    if (!*body) {
        unknown.contradiction = known.object_key + ": it was written, and is not there any more";
    } else if (crypto::sha256(**body) != known.body_hash) {
        unknown.contradiction = known.object_key + ": it is not what was written";
    }
    co_return Result<void>();
}

async::Task<Result<std::vector<std::string>>> AnchorWriter::list_after(std::string after,
                                                                       Deadline give_up) {
    std::vector<std::string> found;
    while (true) {
        const Result<std::vector<std::string>> keys = co_await parts_.objects.list(
            options_.chain_id + "/", after, within(transfer_patience, give_up));
        if (!keys) {
            co_return keys.error();
        }
        std::ranges::copy_if(*keys, std::back_inserter(found), [this](const std::string& key) {
            return is_anchor_key(key, options_.chain_id);
        });
        // Behind the anchors lie the segments.
        if (keys->empty() || !is_anchor_key(keys->back(), options_.chain_id)) {
            co_return found;
        }
        after = keys->back();
    }
}

async::Task<Result<void>> AnchorWriter::judge(std::string key, std::int64_t next_index,
                                              Unknown& unknown, Deadline give_up) {
    Result<std::optional<std::string>> body =
        co_await parts_.objects.get(key, within(transfer_patience, give_up));
    if (!body) {
        co_return body.error();
    }
    const auto contradict = [&unknown, &key](const std::string& why) {
        unknown.newest_key = key;
        unknown.contradiction = key + ": " + why;
    };
    const Result<ReadAnchor> read =
        *body ? read_anchor(**body) : Error(Errc::invalid_value, "anchor: it cannot be read");
    const Result<Checkpoint> known = read ? open_checkpoint(read->note, verifiers_) : read.error();
    if (!known || read->anchor.object_key != key) {
        contradict(known ? "it was written under another key"
                         : "another writer uses this chain id: " + known.error().detail);
        co_return Result<void>();
    }
    const std::int64_t size = known->tree_size;
    const Result<std::optional<Hash>> root =
        co_await parts_.store.find_root(size, within(query_patience, give_up));
    if (!root) {
        co_return root.error();
    }
    if (*root && **root == known->root) {
        unknown.ours.push_back({.anchor = read->anchor,
                                .bucket = options_.bucket,
                                .version_id = {},
                                .body = std::move(**body)});
    } else if (size > next_index) {
        contradict("the log had " + events(size) + " then, and has " + events(next_index) +
                   " now: this database is an older copy, or its end was cut off");
    } else {
        contradict("the log of " + events(size) +
                   " that it speaks of is not this one: this database went on from an older copy, "
                   "or was changed");
    }
    co_return Result<void>();
}

async::Task<Result<AnchorWriter::Written>> AnchorWriter::anchor(
    CheckpointEnd checkpoint, std::optional<KnownAnchor> previous,
    std::optional<std::string> passed_over, Deadline give_up) {
    const Result<Checkpoint> known = open_checkpoint(checkpoint.note, verifiers_);
    if (!known || known->tree_size != checkpoint.tree_size) {
        co_return Error(Errc::invalid_value,
                        "the newest checkpoint is not what this gateway signs: " +
                            (known ? std::string("it is of another size") : known.error().detail));
    }
    // After a clock that went back, a key must still come after the one it continues: what sorts
    // before it would never be looked at again, and cannot be removed.
    auto at = std::chrono::floor<std::chrono::seconds>(parts_.clock.now());
    if (previous) {
        at = std::max(at, std::chrono::floor<std::chrono::seconds>(previous->at) + 1s);
    }
    NewAnchor next{.anchor = {.chain_id = options_.chain_id,
                              .object_key = anchor_key(options_.chain_id, at, known->tree_size),
                              .tree_size = known->tree_size,
                              .root = known->root,
                              .last_hash = checkpoint.last_hash,
                              .at = at,
                              .retain_until = at + options_.retention,
                              .previous = previous ? std::optional(previous->link) : std::nullopt,
                              .passed_over = std::move(passed_over)},
                   .bucket = options_.bucket,
                   .version_id = {},
                   .body = {}};
    // What sorts after it would be found, and contradict, for ever.
    if (next.anchor.passed_over && *next.anchor.passed_over >= next.anchor.object_key) {
        co_return Error(Errc::invalid_value,
                        *next.anchor.passed_over +
                            " is of a later time and cannot be passed over: begin another chain "
                            "with another AUDIT_ANCHOR_CHAIN_ID");
    }
    next.body = write_anchor(next.anchor, signers_);
    Result<std::optional<std::string>> version =
        co_await put(next.anchor.object_key, next.body, next.anchor.retain_until, give_up);
    if (!version) {
        co_return version.error();
    }
    next.version_id = std::move(*version);
    AnchorLink link = link_to(next);
    const KnownAnchor newest{.link = link, .tree_size = known->tree_size, .at = at};
    const Result<void> added =
        co_await parts_.store.add(std::move(next), within(query_patience, give_up));
    if (!added) {
        co_return added.error();
    }
    note({.next_index = known->tree_size, .newest = newest, .checkpoint = {}, .waiting_since = {}});
    co_return Written(std::move(link));
}

// Without a clear answer it is looked at what lies there.
async::Task<Result<std::optional<std::string>>> AnchorWriter::put(std::string key, std::string body,
                                                                  Timestamp retain_until,
                                                                  Deadline give_up) {
    LockedObject object{
        .key = key, .body = body, .content_type = "application/json", .retain_until = retain_until};
    Result<std::optional<std::string>> version =
        co_await parts_.objects.put(std::move(object), within(transfer_patience, give_up));
    if (version) {
        co_return version;
    }
    const Result<std::optional<std::string>> there =
        co_await parts_.objects.get(key, within(transfer_patience, give_up));
    if (there && *there && **there == body) {
        co_return std::optional<std::string>();
    }
    if (version.error().code == Errc::already_exists) {
        co_return Error(there ? Errc::invalid_value : Errc::object_storage_unavailable,
                        key + " is there already" +
                            (there ? ", and is not ours: another writer uses this chain id"
                                   : ": " + there.error().detail));
    }
    co_return version.error();
}

bool AnchorWriter::due(const AnchorLook& look) const {
    if (!anchored_before_) {
        return true;
    }
    const std::int64_t anchored = look.newest ? look.newest->tree_size : 0;
    const bool old = !look.newest || parts_.clock.now() >= look.newest->at + options_.interval;
    return look.next_index > anchored && (old || look.next_index - anchored >= options_.events);
}

void AnchorWriter::note(const AnchorLook& look) {
    const std::lock_guard lock(mutex_);
    stats_.newest_size = look.newest ? look.newest->tree_size : 0;
    stats_.newest_at = look.newest ? std::optional(look.newest->at) : std::nullopt;
    stats_.overdue =
        look.waiting_since && parts_.clock.now() >= *look.waiting_since + 2 * options_.interval;
}

void AnchorWriter::note_failure(const Error& error) {
    const std::lock_guard lock(mutex_);
    ++stats_.failures_total;
    if (error.code != Errc::invalid_value) {
        log::warn("the audit log was not anchored", {{"error", describe(error)}});
        return;
    }
    if (error.detail != stats_.contradiction) {
        log::error(
            "CRITICAL: the anchors of the audit log contradict this database; nothing is anchored "
            "until this is looked into (docs/audit-anchors.md)",
            {{"why", error.detail}});
    }
    stats_.contradiction = error.detail;
}

AnchorStats AnchorWriter::stats() const {
    const std::lock_guard lock(mutex_);
    return stats_;
}

}  // namespace rgw::audit
