package io.quittance.bench;

import java.util.List;

/** The nine steps of a cycle and the points in them at which a process can be stopped, in the order of a run. */
final class Steps {

    static final List<String> NAMES = List.of(
            "cutOff",
            "screenSubmissions",
            "matchOrders",
            "netPositions",
            "postJournal",
            "sealCycle",
            "commitOnChain",
            "reconcile",
            "publishReport");

    static final List<String> POINTS = List.of(
            "cutOff",
            "cutOff.closed",
            "screenSubmissions",
            "screenSubmissions.screened",
            "matchOrders",
            "matchOrders.matched",
            "netPositions",
            "netPositions.netted",
            "postJournal",
            "postJournal.loaded",
            "postJournal.published",
            "sealCycle",
            "sealCycle.built",
            "sealCycle.keeping",
            "commitOnChain",
            "commitOnChain.due",
            "commitOnChain.tried",
            "reconcile",
            "reconcile.compared",
            "publishReport",
            "publishReport.before");

    private Steps() {}

    /** The points of a step. */
    static List<String> pointsOf(String step) {
        return POINTS.stream().filter(point -> stepOf(point).equals(step)).toList();
    }

    static String stepOf(String point) {
        int dot = point.indexOf('.');
        return dot < 0 ? point : point.substring(0, dot);
    }
}
