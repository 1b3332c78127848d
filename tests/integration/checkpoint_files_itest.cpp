// `audit export` and `audit verify` on files alone.
#include <fstream>

#include "checkpoint_world.hpp"

namespace rgw::test {
namespace {

class LogFiles : public SignedLog {
protected:
    // An export with proofs of some 300 events, and no database from here on.
    LogFiles() {
        start();
        make_events(300);
        stop();  // it signs what there is
        start();
        std::ofstream(file("api.note")) << get("/audit-logs/checkpoint").body;
        std::ofstream(file("api")) << get("/audit-logs/export?format=ndjson&range=all").body;
        stop();
        exported_ = world_.run_gateway({"audit", "export", "--proofs", "--output", file("log")});
        partial_ = world_.run_gateway({"audit", "export", "--from", "100", "--to", "119",
                                       "--proofs", "--output", file("part")});
        plain_ = world_.run_gateway({"audit", "export", "--from", "7", "--to", "8"});
        total_ = events();
        std::ifstream(file("log.keys")) >> key_;
        world_.environment = {};
    }
    Ran verify(const std::string& name, std::vector<std::string> more = {}) {
        more.insert(more.begin(), {"audit", "verify", "--export", file(name)});
        return world_.run_gateway(std::move(more));
    }
    std::vector<std::string> evidence() {
        return {"--checkpoint", file("log.checkpoints"), "--key", key_};
    }
    // A copy of an exported file in which `what`, at or after `near`, says `with`.
    std::string changed(const std::string& name, const std::string& near, const std::string& what,
                        const std::string& with) {
        std::string text = read_file(file(name));
        const std::size_t line = text.find(near);
        const std::size_t at = text.find(what, line);
        EXPECT_NE(at, std::string::npos) << what;
        text.replace(at, what.size(), with);
        std::ofstream(file("changed")) << text;
        return "changed";
    }

    Ran exported_;
    Ran partial_;
    Ran plain_;
    std::string key_;
    std::int64_t total_ = 0;
};

TEST_F(LogFiles, AnExportWithProofsIsVerifiedWithTheKeyAlone) {
    ASSERT_EQ(exported_.status, 0) << exported_.err;
    EXPECT_EQ(exported_.err, std::to_string(total_) + " events written.\n");
    const Ran verified = verify("log", evidence());
    EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
    EXPECT_THAT(verified.out, HasSubstr(std::to_string(total_) + " events verified, 0 to "));
    EXPECT_THAT(verified.out, HasSubstr("signed checkpoints agree; they cover the events before " +
                                        std::to_string(total_)));
    EXPECT_THAT(verified.out,
                HasSubstr(std::to_string(total_) + " events are proven to be in a signed"));
    EXPECT_EQ(exported_.out, "");

    world_.environment["AUDIT_HMAC_SECRET"] = World::audit_secret;
    const Ran keyed = verify("log", evidence());
    EXPECT_EQ(keyed.status, 0) << keyed.out << keyed.err;
}

TEST_F(LogFiles, WithoutTheKeyOrTheCheckpointsItSaysWhatIsNotProven) {
    const Ran alone = verify("log");
    EXPECT_EQ(alone.status, 0);
    EXPECT_THAT(alone.out, HasSubstr("not proven: the proofs of " + std::to_string(total_)));
    EXPECT_THAT(alone.out, Not(HasSubstr("agree")));
    const Ran strange = verify("log", {"--checkpoint", file("log.checkpoints")});
    EXPECT_THAT(strange.out, HasSubstr("signed by no key that was given"));
    EXPECT_THAT(strange.out, Not(HasSubstr("agree")));
}

TEST_F(LogFiles, TheApisExportIsVerifiedNewestFirst) {
    const Ran verified = verify("api", {"--checkpoint", file("api.note"), "--key", key_});
    EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
    EXPECT_THAT(verified.out,
                HasSubstr("1 signed checkpoints agree; they cover the events before"));
    const Ran found = verify(changed("api", R"("chain_index":150,)", "success", "failure"),
                             {"--checkpoint", file("api.note"), "--key", key_});
    EXPECT_EQ(found.status, 2);
    EXPECT_THAT(found.out, HasSubstr("NOT WHOLE: contradicted: "));
}

TEST_F(LogFiles, AChangedByteIsFound) {
    struct Case {
        std::string near;
        std::string what;
        std::string with;
        std::string said;
    };
    const Case cases[] = {
        {R"("chain_index":150,)", R"("action":"app.list")", R"("action":"app.lisT")",
         "NOT WHOLE: contradicted: "},
        {R"("chain_index":150,)", R"("http_status":200)", R"("http_status":201)",
         "NOT WHOLE: event 150: its proof does not lead to its checkpoint"},
        {R"("chain_index":299,)", R"("status":"success")", R"("status":"sUccess")",
         "An event from "},
    };
    for (const Case& c : cases) {
        const Ran found = verify(changed("log", c.near, c.what, c.with), evidence());
        EXPECT_EQ(found.status, 2) << c.what;
        EXPECT_THAT(found.out, HasSubstr(c.said));
    }
}

TEST_F(LogFiles, WhatIsMissingOrOfAnotherCheckpointIsFound) {
    const std::string text = read_file(file("log"));
    const std::size_t line = text.find('\n', text.size() / 2) + 1;
    std::ofstream(file("shorter")) << text.substr(0, line) + text.substr(text.find('\n', line) + 1);
    EXPECT_THAT(verify("shorter", evidence()).out, HasSubstr("missing"));
    std::ofstream(file("cut")) << text.substr(0, text.rfind('\n', text.size() - 2) + 1);
    const Ran cut = verify("cut", evidence());
    EXPECT_EQ(cut.status, 2);
    EXPECT_THAT(cut.out, HasSubstr("NOT WHOLE: beyond: "));
    std::string note = read_file(file("log.checkpoints"));
    char& of_root = note[note.find('\n', note.find('\n') + 1) + 1];
    of_root = of_root == 'A' ? 'B' : 'A';
    std::ofstream(file("note")) << note;
    const Ran forged = verify("log", {"--checkpoint", file("note"), "--key", key_});
    EXPECT_EQ(forged.status, 2);
    EXPECT_THAT(forged.out, HasSubstr("NOT WHOLE: wrongly_signed: "));
}

TEST_F(LogFiles, APartIsProvenEventByEvent) {
    ASSERT_EQ(partial_.status, 0) << partial_.err;
    const Ran verified = verify("part", {"--checkpoint", file("part.checkpoints"), "--key", key_});
    EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
    EXPECT_THAT(verified.out, HasSubstr("20 events verified, 100 to 119\n"));
    EXPECT_THAT(verified.out, HasSubstr("20 events are proven to be in a signed checkpoint."));
    const Ran found =
        verify(changed("part", R"("chain_index":110,)", "success", "failure"), evidence());
    EXPECT_EQ(found.status, 2);
    EXPECT_THAT(found.out, HasSubstr("NOT WHOLE: event 110: its proof"));

    EXPECT_EQ(std::ranges::count(plain_.out, '\n'), 2) << "to stdout, without anything else";
    EXPECT_EQ(json::parse(plain_.out.substr(0, plain_.out.find('\n'))).at("chain_index"), 7);
}

TEST_F(LogFiles, WhatCannotBeReadOrWrittenIsAnErrorOfItsOwn) {
    EXPECT_EQ(verify("nothing-here").status, 1);
    EXPECT_EQ(verify("log", {"--key", "no+key"}).status, 1);
    EXPECT_THAT(verify("log", {"--key", "no+key"}).err, HasSubstr("--key no+key: "));
    EXPECT_EQ(verify("log", {"--checkpoint", file("nothing-here")}).status, 1);
    const Ran broken = verify(changed("log", "", "{\"id\"", "{\"Id\""));
    EXPECT_EQ(broken.status, 1);
    EXPECT_THAT(broken.err, HasSubstr("line 1: "));
    EXPECT_NE(world_.run_gateway({"audit", "export", "--proofs"}).status, 0)
        << "proofs without a file would be without their checkpoint";
}

}  // namespace
}  // namespace rgw::test
