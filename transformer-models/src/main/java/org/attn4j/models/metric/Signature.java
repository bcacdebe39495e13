package org.attn4j.models.metric;

import java.util.List;

/** Builds signatures in sacreBLEU's form. */
final class Signature {

    /** The sacreBLEU whose definitions of BLEU, chrF and TER are implemented here. */
    static final String VERSION = "2.6.0";

    private Signature() {}

    /** The number of references, the metric's settings, the version. */
    static String of(List<Segment> segments, String settings) {
        return of(segments, settings, VERSION);
    }

    /** As above, with the version of another reference. */
    static String of(List<Segment> segments, String settings, String version) {
        return "nrefs:" + referenceCount(segments) + "|" + settings + "|version:" + version;
    }

    static String yesNo(boolean value) {
        return value ? "yes" : "no";
    }

    private static String referenceCount(List<Segment> segments) {
        int first = segments.get(0).references().size();
        boolean same = segments.stream().allMatch(s -> s.references().size() == first);
        return same ? Integer.toString(first) : "var";
    }
}
