package org.attn4j.models.metric;

/**
 * Characters that Unicode gained after version 13, the one that Java 17 knows, so that figures do
 * not depend on the JDK: ranges for a regular expression's character class.
 */
final class LaterCharacters {

    /** Numbers (category N). */
    static final String NUMBERS =
            "\\x{10D40}-\\x{10D49}\\x{116D0}-\\x{116E3}\\x{11BF0}-\\x{11BF9}"
                    + "\\x{11DE0}-\\x{11DE9}\\x{11F50}-\\x{11F59}\\x{1246F}\\x{12475}-\\x{1247F}"
                    + "\\x{12550}-\\x{12686}\\x{16130}-\\x{16139}\\x{16AC0}-\\x{16AC9}"
                    + "\\x{16D70}-\\x{16D79}\\x{16FF4}-\\x{16FF6}\\x{1CCF0}-\\x{1CCF9}"
                    + "\\x{1D2C0}-\\x{1D2D3}\\x{1E4F0}-\\x{1E4F9}\\x{1E5F1}-\\x{1E5FA}";

    /** Punctuation (category P). */
    static final String PUNCTUATION =
            "\\x{61D}\\x{1B4E}-\\x{1B4F}\\x{1B7D}-\\x{1B7F}\\x{2E53}-\\x{2E5D}"
                    + "\\x{2E60}-\\x{2E63}\\x{10D6E}\\x{10ED0}\\x{10F86}-\\x{10F89}"
                    + "\\x{113D4}-\\x{113D5}\\x{113D7}-\\x{113D8}\\x{116B9}\\x{11B00}-\\x{11B09}"
                    + "\\x{11BE1}\\x{11F43}-\\x{11F4F}\\x{12FF1}-\\x{12FF2}\\x{16D6D}-\\x{16D6F}"
                    + "\\x{1E5FF}";

    /** Symbols (category S), new emoji among them. */
    static final String SYMBOLS =
            "\\x{888}\\x{20C0}-\\x{20C4}\\x{2427}-\\x{2429}\\x{2B96}\\x{2FFC}-\\x{2FFF}"
                    + "\\x{31E4}-\\x{31E5}\\x{31EF}\\x{FBC2}-\\x{FBD2}\\x{FD40}-\\x{FD4F}"
                    + "\\x{FD90}-\\x{FD91}\\x{FDC8}-\\x{FDCF}\\x{FDFE}-\\x{FDFF}"
                    + "\\x{10D8E}-\\x{10D8F}\\x{10EC9}-\\x{10ECA}\\x{10ED1}-\\x{10ED8}"
                    + "\\x{1CC00}-\\x{1CCEF}\\x{1CCFA}-\\x{1CCFC}\\x{1CD00}-\\x{1CEB3}"
                    + "\\x{1CEBA}-\\x{1CED0}\\x{1CED2}-\\x{1CED4}\\x{1CEDD}-\\x{1CEFD}"
                    + "\\x{1CF50}-\\x{1CFC3}\\x{1D1E9}-\\x{1D1FF}\\x{1D253}-\\x{1D25A}"
                    + "\\x{1D25D}-\\x{1D25E}\\x{1D260}-\\x{1D27F}\\x{1DB00}-\\x{1DB1C}\\x{1F1AE}"
                    + "\\x{1F6D8}-\\x{1F6D9}\\x{1F6DC}-\\x{1F6DF}\\x{1F774}-\\x{1F77F}"
                    + "\\x{1F7D9}-\\x{1F7DB}\\x{1F7F0}-\\x{1F7FF}\\x{1F8B2}-\\x{1F8BB}"
                    + "\\x{1F8C0}-\\x{1F8C1}\\x{1F8D0}-\\x{1F8D8}\\x{1F979}\\x{1F9CC}"
                    + "\\x{1FA54}-\\x{1FA57}\\x{1FA75}-\\x{1FA77}\\x{1FA7B}-\\x{1FA7C}"
                    + "\\x{1FA87}-\\x{1FA8F}\\x{1FAA9}-\\x{1FAAF}\\x{1FAB7}-\\x{1FABF}"
                    + "\\x{1FAC3}-\\x{1FAC6}\\x{1FAC8}\\x{1FACC}-\\x{1FACF}\\x{1FAD7}-\\x{1FADD}"
                    + "\\x{1FADF}-\\x{1FAEB}\\x{1FAEF}-\\x{1FAFA}\\x{1FBCB}-\\x{1FBEF}\\x{1FBFA}";

    private LaterCharacters() {}
}
