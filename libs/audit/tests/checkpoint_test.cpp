#include "rgw/audit/checkpoint.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::audit {
namespace {

using crypto::SigningKey;

NoteSigner signer_of(const std::string& name, char seed = 's') {
    return NoteSigner::make(name, SigningKey::ed25519(Secret(std::string(32, seed))).value())
        .value();
}

std::vector<NoteVerifier> keys_of(const std::vector<NoteSigner>& signers) {
    std::vector<NoteVerifier> keys;
    keys.reserve(signers.size());
    for (const NoteSigner& signer : signers) {
        keys.push_back(NoteVerifier::parse(signer.verifier_text()).value());
    }
    return keys;
}

const std::string origin = "gateway.example.com/audit";

Checkpoint sample(std::int64_t size = 1234) {
    return {.origin = origin,
            .tree_size = size,
            .root = crypto::sha256(std::to_string(size)),
            .extensions = {}};
}

std::string signature_line(const std::string& note) {
    return note.substr(note.rfind("\n\n") + 2);
}

TEST(Checkpoint, IsReadAsItWasWritten) {
    const NoteSigner signer = signer_of(origin);
    for (const std::int64_t size :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{10}, std::int64_t{20852163}, INT64_MAX}) {
        Checkpoint checkpoint = sample(size);
        for (int lines = 0; lines < 3; ++lines) {
            const std::string note = write_checkpoint(checkpoint, signer);
            EXPECT_EQ(open_checkpoint(note, keys_of({signer})).value(), checkpoint);
            EXPECT_EQ(parse_checkpoint(note).value(), checkpoint);
            checkpoint.extensions.push_back("line " + std::to_string(lines));
        }
    }
    EXPECT_EQ(write_checkpoint(sample(), signer),
              origin + "\n1234\n" + crypto::base64(crypto::text_of(crypto::sha256("1234"))) +
                  "\n\n" + signature_line(write_checkpoint(sample(), signer)));
}

// The example of C2SP tlog-checkpoint; its key is not published.
TEST(Checkpoint, ThePublishedExampleIsRead) {
    const Checkpoint checkpoint =
        parse_checkpoint(
            "example.com/behind-the-sofa\n"
            "20852163\n"
            "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
            "\n"
            "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/"
            "5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n")
            .value();
    EXPECT_EQ(checkpoint.origin, "example.com/behind-the-sofa");
    EXPECT_EQ(checkpoint.tree_size, 20852163);
    EXPECT_EQ(crypto::base64(crypto::text_of(checkpoint.root)),
              "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=");
}

TEST(Checkpoint, EveryFlippedBitAndEveryCutIsRefused) {
    const NoteSigner signer = signer_of(origin);
    const std::vector<NoteVerifier> keys = keys_of({signer});
    const std::string note = write_checkpoint(sample(), signer);
    for (std::size_t bit = 0; bit < note.size() * 8; ++bit) {
        std::string touched = note;
        touched[bit / 8] = static_cast<char>(touched[bit / 8] ^ (1U << (bit % 8)));
        const auto opened = open_checkpoint(touched, keys);
        ASSERT_FALSE(opened) << touched;
        EXPECT_EQ(opened.error().code, Errc::invalid_value);
    }
    for (std::size_t size = 0; size < note.size(); ++size) {
        EXPECT_FALSE(open_checkpoint(note.substr(0, size), keys)) << size;
    }
    EXPECT_FALSE(open_checkpoint(note + "\n", keys));
    EXPECT_FALSE(open_checkpoint("\n" + note, keys));
}

struct TextCase {
    std::string text;
    std::string why;
};

// All of them properly signed.
TEST(Checkpoint, HasOneSpelling) {
    const NoteSigner signer = signer_of(origin);
    const std::vector<NoteVerifier> keys = keys_of({signer});
    const std::string root = crypto::base64(std::string(32, 'r'));
    const std::string good = origin + "\n7\n" + root + "\n";
    ASSERT_TRUE(open_checkpoint(signer.sign(good), keys));
    const TextCase cases[] = {
        {"\n7\n" + root + "\n", "no origin"},
        {origin + "\n", "no size"},
        {origin + "\n\n" + root + "\n", "empty size"},
        {origin + "\n07\n" + root + "\n", "leading zero"},
        {origin + "\n00\n" + root + "\n", "zeros"},
        {origin + "\n+7\n" + root + "\n", "sign"},
        {origin + "\n-7\n" + root + "\n", "negative"},
        {origin + "\n-0\n" + root + "\n", "negative zero"},
        {origin + "\n 7\n" + root + "\n", "space before"},
        {origin + "\n7 \n" + root + "\n", "space behind"},
        {origin + "\n0x7\n" + root + "\n", "hexadecimal"},
        {origin + "\n7.0\n" + root + "\n", "fraction"},
        {origin + "\n9223372036854775808\n" + root + "\n", "beyond 63 bits"},
        {origin + "\n18446744073709551623\n" + root + "\n", "beyond 64 bits"},
        {origin + "\n7\n", "no root"},
        {origin + "\n7\n\n", "empty root"},
        {origin + "\n7\n" + crypto::base64(std::string(31, 'r')) + "\n", "short root"},
        {origin + "\n7\n" + crypto::base64(std::string(33, 'r')) + "\n", "long root"},
        {origin + "\n7\n" + root.substr(0, 43) + "\n", "no padding"},
        {origin + "\n7\n" + root.substr(0, 42) + "J=\n", "unused bits"},
        {origin + "\n7\n" + root + " \n", "space behind the root"},
        {origin + "\n7\n" + root + "\n\nextension\n", "an empty line"},
        {origin + "\n7\n" + root + "\nextension\n\n", "an empty last line"},
    };
    for (const TextCase& c : cases) {
        const auto opened = open_checkpoint(signer.sign(c.text), keys);
        ASSERT_FALSE(opened) << c.why;
        EXPECT_EQ(opened.error().code, Errc::invalid_value) << c.why;
        EXPECT_EQ(opened.error().detail.substr(0, 11), "checkpoint:") << c.why;
    }
}

TEST(Checkpoint, ANotesFormIsStrict) {
    const NoteSigner signer = signer_of(origin);
    const std::vector<NoteVerifier> keys = keys_of({signer});
    const std::string note = write_checkpoint(sample(), signer);
    const std::string text = note.substr(0, note.rfind("\n\n") + 1);
    const std::string line = signature_line(note);
    const std::string blob = line.substr(line.rfind(' ') + 1, line.size() - line.rfind(' ') - 2);
    const std::string dash = "\u2014 ";
    const TextCase cases[] = {
        {text, "no signature"},
        {text + "\n", "an empty line alone"},
        {text + line, "no empty line"},
        {text + "\n" + line.substr(0, line.size() - 1), "no last line break"},
        {text + "\n" + line + "more\n", "something behind it"},
        {text + "\n" + line + dash + "\n", "half a signature"},
        {text + "\nmore\n" + line, "something before it"},
        {text + "\n- " + line.substr(dash.size()), "a hyphen"},
        {text + "\n\u2013 " + line.substr(dash.size()), "an en dash"},
        {text + "\n\u2014" + line.substr(dash.size()), "no space"},
        {text + "\n" + dash + " " + line.substr(dash.size()), "two spaces"},
        {text + "\n" + dash + "a b " + blob + "\n", "a space in a name"},
        {text + "\n" + dash + "a+b " + blob + "\n", "a plus in a name"},
        {text + "\n" + dash + "a\u00A0b " + blob + "\n", "another space in a name"},
        {text + "\n" + dash + " " + blob + "\n", "no name"},
        {text + "\n" + dash + "other " + blob.substr(0, blob.size() - 1) + "\n", "no padding"},
        {text + "\n" + dash + "other AAAAAA==\n", "a hash alone"},
        {text + "\n" + dash + "other \n", "nothing"},
        {text + "\n" + dash + origin + "  " + blob + "\n", "two spaces before the signature"},
        {text + "\n" + line.substr(0, line.size() - 1) + "\r\n", "CR"},
        {"\x01" + note, "a control character"},
        {"\xFF" + note, "not UTF-8"},
        {"\t" + note, "a tab"},
    };
    for (const TextCase& c : cases) {
        EXPECT_FALSE(open_checkpoint(c.text, keys)) << c.why;
        EXPECT_FALSE(parse_checkpoint(c.text)) << c.why;
    }
}

TEST(Checkpoint, OneKnownKeyIsEnoughAndAWrongSignatureOfOneIsTooMuch) {
    const NoteSigner ours = signer_of(origin);
    const NoteSigner rotated = signer_of(origin, 't');
    const NoteSigner witness = signer_of("witness.example/w");
    const std::string by_us = write_checkpoint(sample(), ours);
    const std::string theirs = signature_line(write_checkpoint(sample(), witness));
    const std::string other_text = signature_line(write_checkpoint(sample(99), witness));

    EXPECT_TRUE(open_checkpoint(by_us + theirs, keys_of({ours})));
    EXPECT_TRUE(open_checkpoint(by_us + theirs, keys_of({witness})));
    EXPECT_TRUE(open_checkpoint(by_us + theirs, keys_of({ours, witness, ours})));
    // unknown: another key of that name, another name of that key, nobody
    EXPECT_FALSE(open_checkpoint(by_us, keys_of({rotated})));
    EXPECT_FALSE(open_checkpoint(by_us, keys_of({witness})));
    EXPECT_FALSE(open_checkpoint(by_us, {}));
    // the witness's is wrong, which matters to who knows the witness only
    EXPECT_TRUE(open_checkpoint(by_us + other_text, keys_of({ours})));
    EXPECT_FALSE(open_checkpoint(by_us + other_text, keys_of({witness})));
    EXPECT_FALSE(open_checkpoint(by_us + other_text, keys_of({ours, witness})));
    EXPECT_EQ(parse_checkpoint(by_us + other_text).value(), sample());
}

TEST(Checkpoint, SignaturesAndBytesAreCounted) {
    const NoteSigner signer = signer_of(origin);
    const std::vector<NoteVerifier> keys = keys_of({signer});
    std::string note = write_checkpoint(sample(), signer);
    const std::string line = signature_line(note);
    for (std::size_t i = 1; i < max_note_signatures; ++i) {
        note += line;
    }
    EXPECT_TRUE(open_checkpoint(note, keys));
    EXPECT_FALSE(open_checkpoint(note + line, keys));

    const std::string text = origin + "\n7\n" + crypto::base64(std::string(32, 'r')) + "\n";
    const std::size_t other_bytes = text.size() + 2 + line.size();
    const std::string largest = text + std::string(max_note_bytes - other_bytes, 'e') + "\n";
    EXPECT_EQ(signer.sign(largest).size(), max_note_bytes);
    EXPECT_TRUE(open_checkpoint(signer.sign(largest), keys));
    EXPECT_FALSE(open_checkpoint(signer.sign("e" + largest), keys));
}

TEST(Checkpoint, LinesThatWouldReadAsAnotherAreNotWritten) {
    const NoteSigner signer = signer_of(origin);
    std::vector<Checkpoint> cases(6, sample());
    cases[0].origin.clear();
    cases[1].origin = "a\n5";
    cases[2].tree_size = -1;
    cases[3].extensions = {""};
    cases[4].extensions = {"a\n"};
    cases[5].extensions = {std::string(max_note_bytes, 'e')};
    for (const Checkpoint& checkpoint : cases) {
        EXPECT_THROW((void)write_checkpoint(checkpoint, signer), std::invalid_argument);
    }
}

}  // namespace
}  // namespace rgw::audit
