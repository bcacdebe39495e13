package org.attn4j.retrieval;

import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.cjk.CJKAnalyzer;
import org.apache.lucene.analysis.de.GermanAnalyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.es.SpanishAnalyzer;
import org.apache.lucene.analysis.fr.FrenchAnalyzer;
import org.apache.lucene.analysis.it.ItalianAnalyzer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;

/** How texts become the words that BM25 counts: Lucene's analyzers, with stop words and stems. */
public enum WordAnalysis {
    /** English. */
    ENGLISH,
    /** German. */
    GERMAN,
    /** French. */
    FRENCH,
    /** Spanish. */
    SPANISH,
    /** Italian. */
    ITALIAN,
    /** Chinese, Japanese and Korean, in pairs of characters. */
    CJK,
    /** Any language: words in lower case, as they are. */
    STANDARD;

    Analyzer analyzer() {
        return switch (this) {
            case ENGLISH -> new EnglishAnalyzer();
            case GERMAN -> new GermanAnalyzer();
            case FRENCH -> new FrenchAnalyzer();
            case SPANISH -> new SpanishAnalyzer();
            case ITALIAN -> new ItalianAnalyzer();
            case CJK -> new CJKAnalyzer();
            case STANDARD -> new StandardAnalyzer();
        };
    }
}
