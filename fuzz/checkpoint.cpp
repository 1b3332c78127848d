#include "rgw/audit/checkpoint.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include "require.hpp"
#include "rgw/audit/evidence.hpp"
#include "targets.hpp"

namespace rgw::fuzz {
namespace {

using namespace rgw::audit;

NoteSigner signer() {
    return NoteSigner::make("gateway.example.com/audit",
                            crypto::SigningKey::ed25519(Secret(std::string(32, 's'))).value())
        .value();
}

const std::vector<NoteVerifier>& keys() {
    static const std::vector<NoteVerifier> keys = {
        NoteVerifier::parse(signer().verifier_text()).value()};
    return keys;
}

void refused(const Error& error) {
    require(error.code == Errc::invalid_value && !error.detail.empty());
}

// A note from somewhere.
void check_note(std::string_view note) {
    const auto claimed = parse_checkpoint(note);
    const auto opened = open_checkpoint(note, keys());
    require(claimed.has_value() || !opened.has_value());
    require(!open_checkpoint(note, {}));
    if (!claimed) {
        refused(claimed.error());
        return;
    }
    require(note.size() <= max_note_bytes && !claimed->origin.empty() && claimed->tree_size >= 0);
    // There is one spelling of what was read: signed anew the text is the same.
    const std::string text(note.substr(0, note.rfind("\n\n") + 2));
    if (text.size() + 200 < max_note_bytes) {
        require(write_checkpoint(*claimed, signer()).starts_with(text));
    }
    if (opened) {
        require(*opened == *claimed);
    }
    Evidence evidence{.verifiers = keys(), .checkpoints = {std::string(note)}};
    const EvidenceReport report = EvidenceCheck(evidence).finish();
    require(opened.has_value() || report.confirmed == 0);
    require(report.checkpoints.size() == 1 && report.conflicts.empty());
}

// What is signed is read only if it is a checkpoint, and then as it was.
void check_text(std::string_view text) {
    std::string note;
    try {
        note = signer().sign(text);
    } catch (const std::invalid_argument&) {
        return;  // no note
    }
    const auto opened = open_checkpoint(note, keys());
    if (opened) {
        require(write_checkpoint(*opened, signer()) == note);
    } else {
        refused(opened.error());
    }
}

void check_verifier(std::string_view text) {
    const auto verifier = NoteVerifier::parse(text);
    if (!verifier) {
        refused(verifier.error());
        return;
    }
    require(!verifier->name().empty() && text.starts_with(verifier->name() + "+"));
    require(!verifier->verifies(text, "") && !verifier->verifies(text, std::string(64, '\0')));
}

}  // namespace

void checkpoint(std::string_view input) {
    if (input.empty()) {
        return;
    }
    const auto choice = static_cast<unsigned char>(input.front());
    input.remove_prefix(1);
    switch (choice % 3) {
        case 0:
            check_note(input);
            break;
        case 1:
            check_text(input);
            break;
        default:
            check_verifier(input);
    }
}

}  // namespace rgw::fuzz
