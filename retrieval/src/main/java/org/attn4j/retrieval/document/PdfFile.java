package org.attn4j.retrieval.document;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.io.IOUtils;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;
import org.apache.pdfbox.text.PDFTextStripper;
import org.attn4j.datasets.CorpusException;

/** The text of a PDF, its paragraphs apart; pictures of text are not read. */
final class PdfFile {

    private static final long MAX_BYTES = 256L << 20;

    private PdfFile() {}

    static void read(Path file, String source, DocumentReader.Consumer consumer)
            throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new CorpusException(
                    "%s has %s bytes, where at most %s are read: split it"
                            .formatted(source, Files.size(file), MAX_BYTES));
        }
        consumer.accept(document(file, source));
    }

    private static Document document(Path file, String source) throws IOException {
        try (PDDocument pdf =
                Loader.loadPDF(file.toFile(), IOUtils.createMemoryOnlyStreamCache())) {
            if (!pdf.getCurrentAccessPermission().canExtractContent()) {
                throw new CorpusException(
                        source + " does not allow its text to be taken: leave it out");
            }
            PDFTextStripper stripper = new PDFTextStripper();
            stripper.setLineSeparator("\n");
            stripper.setParagraphEnd("\n");
            stripper.setSortByPosition(false);
            Limited text = new Limited(source);
            stripper.writeText(pdf, text);
            String title = pdf.getDocumentInformation().getTitle();
            return new Document(source, "", title == null ? "" : title.strip(), text.text());
        } catch (CorpusException e) {
            throw e;
        } catch (InvalidPasswordException e) {
            throw new CorpusException(source + " is encrypted: save it without a password", e);
        } catch (TooLong e) {
            throw new CorpusException(e.getMessage(), e);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw new CorpusException(
                    "%s is damaged and cannot be read (%s): save it again"
                            .formatted(source, e.getMessage()),
                    e);
        } catch (OutOfMemoryError e) {
            // a stream may be packed a thousandfold; one array was refused, and all else is well
            throw new CorpusException(
                    source + " needs more memory than there is: give Java more, or leave it out",
                    e);
        }
    }

    /** More text than is read. */
    private static final class TooLong extends RuntimeException {

        private static final long serialVersionUID = 1L;

        TooLong(String message) {
            super(message);
        }
    }

    /** Text up to the limit of documents. */
    private static final class Limited extends StringWriter {

        private final String source;

        Limited(String source) {
            this.source = source;
        }

        @Override
        public void write(String more) {
            if (getBuffer().length() + more.length() > PlainText.LIMIT.characters()) {
                throw new TooLong(
                        "%s has more than %s characters: split it"
                                .formatted(source, PlainText.LIMIT.characters()));
            }
            super.write(more);
        }

        /** Without what no document should hold, and without spaces at the ends of lines. */
        String text() {
            return toString().replace("\0", "").replaceAll("[ \\t]+\\n", "\n").strip();
        }
    }
}
