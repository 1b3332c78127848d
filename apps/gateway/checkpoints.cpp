#include "checkpoints.hpp"

namespace rgw::app {

Checkpoints::Checkpoints(Database& database, async::CpuPool& cpu, const CheckpointKeys& keys)
    : store_(database.pool(), cpu),
      writer_(store_, keys.signers),
      proofs_(store_, cpu),
      access_{
          .store = store_, .proofs = proofs_, .current_key = keys.signers.front().verifier_text()} {
}

void Checkpoints::set_gauges(const api::Metrics::Set& set, Timestamp now) const {
    const audit::CheckpointStats stats = writer_.stats();
    if (stats.newest_at) {
        const std::chrono::duration<double> age = now - *stats.newest_at;
        set("rack_gateway_audit_checkpoint_age_seconds",
            "Age of the newest checkpoint of the audit log; there is none without a new event",
            age.count());
    }
    set("rack_gateway_audit_checkpoint_size", "Events the newest checkpoint covers",
        static_cast<double>(stats.newest_size));
    set("rack_gateway_audit_checkpoint_failures_total", "Checkpoints that could not be stored",
        static_cast<double>(stats.failures_total));
    set("rack_gateway_audit_contradicted",
        "1 once the audit log was found not to be the one that was signed before",
        stats.contradicted ? 1 : 0);
}

}  // namespace rgw::app
