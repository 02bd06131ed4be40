package io.kookoo.server.dispatch;

import java.util.List;

/** Several as one. */
record Observers(List<Observer> all) implements Observer {
    @Override
    public void came(Peer peer) {
        all.forEach(one -> one.came(peer));
    }

    @Override
    public void named(Peer peer) {
        all.forEach(one -> one.named(peer));
    }

    @Override
    public void works(Peer peer) {
        all.forEach(one -> one.works(peer));
    }

    @Override
    public void left(Peer peer, String reason, int jobsLost) {
        all.forEach(one -> one.left(peer, reason, jobsLost));
    }

    @Override
    public void submitted(Peer peer, Job job) {
        all.forEach(one -> one.submitted(peer, job));
    }

    @Override
    public void queued(Job job) {
        all.forEach(one -> one.queued(job));
    }

    @Override
    public void started(Job job) {
        all.forEach(one -> one.started(job));
    }

    @Override
    public void retried(Job job, String reason) {
        all.forEach(one -> one.retried(job, reason));
    }

    @Override
    public void ended(Job job) {
        all.forEach(one -> one.ended(job));
    }
}
