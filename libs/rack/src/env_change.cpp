#include "rgw/rack/env_change.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "env_lines.hpp"
#include "env_shower.hpp"
#include "posted_env.hpp"
#include "rgw/access/decision.hpp"
#include "rgw/rack/env_rules.hpp"

namespace rgw::rack {
namespace {

using access::Permission;

constexpr std::string_view not_read_back =
    ": it could not be told from a line inside another value, as lower-case names without a value "
    "and names of both cases cannot";

Error refuse(Errc code, std::string_view name, std::string_view why) {
    return {code, std::string(name) + std::string(why)};
}

class Merge {
public:
    Merge(std::string_view base, const access::EnvLists& lists, const access::PermissionSet& held)
        : base_text_(base), base_(read_env_text(base)), lists_(lists), held_(held) {}

    boost::system::result<EnvChange, EnvRefusal> replace(std::string_view posted_text);
    boost::system::result<EnvChange, EnvRefusal> patch(const EnvPatch& patch);

private:
    Result<void> index_base();
    Result<void> apply(const PostedVar& var);
    Result<void> remove(const EnvEntry& entry);
    Result<void> remove_named(const EnvPatch& patch, std::string_view name);
    boost::system::result<EnvChange, EnvRefusal> finish(Result<void> step);
    void forbid(std::string_view name, Secrecy secrecy, Error why);
    // Notes what the caller may not do; equality with the value of the base must never show.
    void judge(std::string_view name, Secrecy secrecy);
    [[nodiscard]] Secrecy secrecy(std::string_view name, std::string_view a,
                                  std::string_view b) const;
    Result<void> compose(EnvChange& change) const;
    [[nodiscard]] Result<void> check_reads_back(std::string_view text) const;

    std::string_view base_text_;
    EnvText base_;
    const access::EnvLists& lists_;
    const access::PermissionSet& held_;
    std::map<std::string_view, const EnvEntry*> by_name_;
    std::set<std::string_view> seen_;                       // whose value the caller was shown
    std::map<std::string_view, std::string_view> changed_;  // name to new value
    std::set<std::string_view> removed_;
    std::vector<PostedVar> added_;
    std::vector<EnvDifference> differences_;
    EnvRefusal refusal_;
};

Result<void> Merge::index_base() {
    EnvShower shower(base_, EnvView::of(held_, lists_));
    const bool sees_all =
        held_.has(Permission::convox_env_read) && held_.has(Permission::convox_secret_read);
    for (const EnvEntry& entry : base_.entries) {
        if (shower.shows(entry) || sees_all) {
            seen_.insert(entry.name);
        }
        if (!by_name_.emplace(entry.name, &entry).second) {
            return refuse(Errc::env_change_refused, entry.name,
                          " is set twice on the rack, and which one counts cannot be told");
        }
    }
    return {};
}

Secrecy Merge::secrecy(std::string_view name, std::string_view a, std::string_view b) const {
    const bool secret = is_secret_name(lists_, name) || holds_password(a) || holds_password(b);
    return secret ? Secrecy::secret : Secrecy::open;
}

// The first reason is the caller's answer, in the order of the checks of spec §1.12 B.
void Merge::forbid(std::string_view name, Secrecy secrecy, Error why) {
    if (refusal_.keys.empty()) {
        refusal_.error = std::move(why);
    }
    refusal_.keys.push_back({.name = std::string(name), .secrecy = secrecy});
}

void Merge::judge(std::string_view name, Secrecy secrecy) {
    if (secrecy == Secrecy::secret && !held_.has(Permission::convox_secret_set)) {
        forbid(name, secrecy, access::decide(held_, Permission::convox_secret_set).error());
    } else if (lists_.protected_names.has(name)) {
        forbid(name, secrecy, refuse(Errc::env_change_refused, name, " is protected"));
    } else if (!held_.has(Permission::convox_env_set)) {
        forbid(name, secrecy, access::decide(held_, Permission::convox_env_set).error());
    }
}

Result<void> Merge::apply(const PostedVar& var) {
    const auto found = by_name_.find(var.name);
    const EnvEntry* old = found == by_name_.end() ? nullptr : found->second;
    if (var.is_placeholder()) {
        return old != nullptr ? Result<void>()
                              : refuse(Errc::bad_body, var.name,
                                       ": there is no value the placeholder could stand for");
    }
    const std::string_view old_value = old == nullptr ? std::string_view() : old->value;
    const Secrecy secret = secrecy(var.name, old_value, var.value);
    const bool same = old != nullptr && old->value == var.value && !old->has_several_lines();
    if (same && seen_.contains(var.name)) {
        return {};
    }
    // A right guess is a change like a wrong one: no limit and no answer tells them apart.
    judge(var.name, secret);
    if (const std::string line = std::string(var.name) + "=" + std::string(var.value);
        read_env_text(line).entries.empty()) {
        return refuse(Errc::bad_body, var.name, not_read_back);
    }
    if (old != nullptr && old->has_several_lines()) {
        return refuse(Errc::env_change_refused, var.name,
                      " has a value of several lines, which can only be kept");
    }
    differences_.push_back({.name = std::string(var.name),
                            .kind = old == nullptr ? EnvKind::added : EnvKind::changed,
                            .secrecy = secret,
                            .old_value = Secret(std::string(old_value)),
                            .new_value = Secret(std::string(var.value))});
    if (old == nullptr) {
        added_.push_back(var);
    } else {
        changed_.emplace(var.name, var.value);
    }
    return {};
}

Result<void> Merge::remove(const EnvEntry& entry) {
    const Secrecy secret = secrecy(entry.name, entry.value, entry.more);
    judge(entry.name, secret);
    if (entry.has_several_lines()) {
        return refuse(Errc::env_change_refused, entry.name,
                      " has a value of several lines, which can only be kept");
    }
    removed_.insert(entry.name);
    differences_.push_back({.name = std::string(entry.name),
                            .kind = EnvKind::removed,
                            .secrecy = secret,
                            .old_value = Secret(std::string(entry.value)),
                            .new_value = {}});
    return {};
}

// The base in its own order, so that what is not touched stays where it was; new ones at its end.
Result<void> Merge::compose(EnvChange& change) const {
    std::string text(base_.orphans);
    const auto append = [&text](std::string_view name, std::string_view value) {
        text += text.empty() ? "" : "\n";
        text += name;
        text += '=';
        text += value;
    };
    for (const EnvEntry& entry : base_.entries) {
        if (removed_.contains(entry.name)) {
            continue;
        }
        const auto changed = changed_.find(entry.name);
        append(entry.name, changed == changed_.end() ? entry.value : changed->second);
        text += entry.more;
    }
    for (const PostedVar& var : added_) {
        append(var.name, var.value);
    }
    if (base_text_.ends_with('\n') && !text.empty()) {
        text += '\n';
    }
    if (text.size() > most_env_bytes) {
        return Error(Errc::bad_body, "the environment would be over 256 KiB");
    }
    const Result<void> read_back = check_reads_back(text);
    change.text = Secret(std::move(text));
    return read_back;
}

// Whatever the next reader of this text would take for something else is not written.
Result<void> Merge::check_reads_back(std::string_view text) const {
    const EnvText read = read_env_text(text);
    auto next = read.entries.begin();
    const auto is_next = [&](std::string_view name, std::string_view value, std::string_view more) {
        const bool same = next != read.entries.end() && next->name == name &&
                          next->value == value && next->more == more;
        next += same ? 1 : 0;
        return same;
    };
    for (const EnvEntry& entry : base_.entries) {
        const auto changed = changed_.find(entry.name);
        const std::string_view value = changed == changed_.end() ? entry.value : changed->second;
        if (!removed_.contains(entry.name) && !is_next(entry.name, value, entry.more)) {
            return refuse(Errc::bad_body, changed == changed_.end() ? "env" : entry.name,
                          not_read_back);
        }
    }
    for (const PostedVar& var : added_) {
        if (!is_next(var.name, var.value, {})) {
            return refuse(Errc::bad_body, var.name, not_read_back);
        }
    }
    return next == read.entries.end() && read.orphans == base_.orphans
               ? Result<void>()
               : refuse(Errc::bad_body, "env", not_read_back);
}

// What is not posted goes, but protected variables and what is hidden from everybody.
boost::system::result<EnvChange, EnvRefusal> Merge::replace(std::string_view posted_text) {
    const auto posted = read_posted_env(posted_text);
    if (!posted) {
        return EnvRefusal{.error = posted.error(), .keys = {}};
    }
    Result<void> step = index_base();
    std::set<std::string_view> names;
    for (const PostedVar& var : *posted) {
        names.insert(var.name);
        const Result<void> applied = apply(var);
        step = step ? applied : step;
    }
    for (const EnvEntry& entry : base_.entries) {
        const bool stays = names.contains(entry.name) || lists_.protected_names.has(entry.name);
        const Result<void> kept = stays ? Result<void>() : remove(entry);
        step = step ? kept : step;
    }
    return finish(step);
}

boost::system::result<EnvChange, EnvRefusal> Merge::patch(const EnvPatch& patch) {
    Result<void> step = index_base();
    for (const std::string& name : std::set(patch.remove.begin(), patch.remove.end())) {
        const Result<void> removed = remove_named(patch, name);
        step = step ? removed : step;
    }
    for (const auto& [name, value] : patch.set) {
        const Result<PostedVar> var = check_posted(name, value);
        const Result<void> applied = var ? apply(*var) : Result<void>(var.error());
        step = step ? applied : step;
    }
    return finish(step);
}

Result<void> Merge::remove_named(const EnvPatch& patch, std::string_view name) {
    if (patch.set.contains(name)) {
        return refuse(Errc::bad_body, is_env_name(name) ? name : "a variable",
                      " is to be set and to be removed");
    }
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) {
        return {};
    }
    const EnvEntry& entry = *found->second;
    if (lists_.protected_names.has(name)) {
        judge(entry.name, secrecy(entry.name, entry.value, entry.more));
        return {};
    }
    return remove(entry);
}

// A refusal for want of rights comes before any other: it is all its caller is told.
boost::system::result<EnvChange, EnvRefusal> Merge::finish(Result<void> step) {
    if (!refusal_.keys.empty()) {
        return std::move(refusal_);
    }
    EnvChange change{.text = Secret(std::string(base_text_)),
                     .differences = std::move(differences_)};
    if (step && change.differences.size() > most_env_differences) {
        step = Error(Errc::bad_body, "more than 500 variables change at once");
    }
    if (step && !change.differences.empty()) {
        step = compose(change);
    }
    if (!step) {
        return EnvRefusal{.error = step.error(), .keys = {}};
    }
    return change;
}

}  // namespace

boost::system::result<EnvChange, EnvRefusal> change_env(std::string_view posted,
                                                        std::string_view base,
                                                        const access::EnvLists& lists,
                                                        const access::PermissionSet& held) {
    return Merge(base, lists, held).replace(posted);
}

boost::system::result<EnvChange, EnvRefusal> patch_env(const EnvPatch& patch, std::string_view base,
                                                       const access::EnvLists& lists,
                                                       const access::PermissionSet& held) {
    return Merge(base, lists, held).patch(patch);
}

}  // namespace rgw::rack
