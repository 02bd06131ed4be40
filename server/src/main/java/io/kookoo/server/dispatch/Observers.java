package io.kookoo.server.dispatch;

import java.util.List;

/** Several as one. In plain loops: what is told with each job must make no object of its own. */
final class Observers implements Observer {
    private final Observer[] all;

    Observers(List<Observer> all) {
        this.all = all.toArray(Observer[]::new);
    }

    @Override
    public void came(Peer peer) {
        for (Observer one : all) {
            one.came(peer);
        }
    }

    @Override
    public void named(Peer peer) {
        for (Observer one : all) {
            one.named(peer);
        }
    }

    @Override
    public void works(Peer peer) {
        for (Observer one : all) {
            one.works(peer);
        }
    }

    @Override
    public void left(Peer peer, String reason, int jobsLost) {
        for (Observer one : all) {
            one.left(peer, reason, jobsLost);
        }
    }

    @Override
    public void submitted(Peer peer, Job job) {
        for (Observer one : all) {
            one.submitted(peer, job);
        }
    }

    @Override
    public void queued(Job job) {
        for (Observer one : all) {
            one.queued(job);
        }
    }

    @Override
    public void started(Job job) {
        for (Observer one : all) {
            one.started(job);
        }
    }

    @Override
    public void retried(Job job, String reason) {
        for (Observer one : all) {
            one.retried(job, reason);
        }
    }

    @Override
    public void ended(Job job) {
        for (Observer one : all) {
            one.ended(job);
        }
    }
}
