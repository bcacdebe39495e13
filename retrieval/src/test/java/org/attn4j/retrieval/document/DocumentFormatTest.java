package org.attn4j.retrieval.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.attn4j.datasets.CorpusException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of each format, and how what cannot be read is told. */
class DocumentFormatTest {

    @TempDir Path folder;

    private List<Document> read(String name, String content) throws IOException {
        return read(Files.writeString(folder.resolve(name), content));
    }

    private static List<Document> read(Path file) throws IOException {
        List<Document> documents = new ArrayList<>();
        DocumentFormat.of(file)
                .orElseThrow()
                .reader(RecordFields.DEFAULT)
                .read(file, file.getFileName().toString(), documents::add);
        return documents;
    }

    private void assertTold(String part, String name, String content) throws IOException {
        Path file = Files.writeString(folder.resolve(name), content);
        assertTold(part, file);
    }

    private static void assertTold(String part, Path file) {
        CorpusException e = assertThrows(CorpusException.class, () -> read(file));
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    @Test
    void textAndMarkdownAreAsTheyAreWritten() throws IOException {
        assertEquals(
                List.of(new Document("a.txt", "", "", "one\n\ntwo\n")),
                read("a.txt", "one\n\ntwo\n"));
        String markdown = "intro\n\n## The *title* ##\n\n[a](b)\n";
        assertEquals(
                List.of(new Document("a.md", "", "The *title*", markdown)), read("a.md", markdown));
        Path latin = folder.resolve("latin.txt");
        Files.write(latin, "caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
        assertTold("not UTF-8", latin);
    }

    @Test
    void ofAPageWhatIsShownIsRead() throws IOException {
        String page =
                """
                <html><head><title>A  page</title><style>p {}</style></head><body>
                <script>alert("no")</script><h1>Heading</h1>
                <p>One   <b>bold</b>word<br>next
                line.</p><ul><li>first</li><li>second</li></ul>
                <table><tr><td>1</td><td>2</td></tr></table>
                <pre>a  b
                c</pre><div hidden>not shown</div><noscript>no</noscript>
                <p>&lt;end&gt;</p></body></html>
                """;
        Document read = read("a.html", page).get(0);
        assertEquals("A page", read.title());
        assertEquals(
                "Heading\n\nOne boldword\nnext line.\n\nfirst\nsecond\n\n1 2\n\na  b\nc\n\n<end>",
                read.text());
        Path latin = folder.resolve("latin.html");
        Files.write(
                latin,
                "<meta charset='iso-8859-1'><p>caf\u00e9</p>"
                        .getBytes(StandardCharsets.ISO_8859_1));
        assertEquals("caf\u00e9", read(latin).get(0).text());
    }

    @Test
    void deepPagesAreRead() throws IOException {
        String deep = "<div>".repeat(100_000) + "x";
        assertEquals("x", read("deep.html", deep).get(0).text());
    }

    @Test
    void recordsHaveFields() throws IOException {
        String lines =
                """
                {"_id": "d1", "title": "T", "text": "one", "more": [1]}

                {"id": 2, "text": "two"}
                {"text": "three"}
                """;
        assertEquals(
                List.of(
                        new Document("a.jsonl", "d1", "T", "one"),
                        new Document("a.jsonl", "2", "", "two"),
                        new Document("a.jsonl", "4", "", "three")),
                read("a.jsonl", lines));
        assertEquals(
                List.of(
                        new Document("a.tsv", "d1", "", "one"),
                        new Document("a.tsv", "3", "", "two")),
                read("a.tsv", "text\tid\tother\none\td1\tx\ntwo\t\ty\n"));
        assertTold("line 2, is not JSON", "b.jsonl", "{\"text\":\"a\"}\n{\"text\n");
        assertTold("line 1, is no JSON object", "c.jsonl", "[1]\n");
        assertTold("line 1, has no field text", "d.jsonl", "{\"body\":\"a\"}\n");
        assertTold("line 1, has a list or an object for text", "e.jsonl", "{\"text\":[]}\n");
        assertTold("line 1, must name the columns", "b.tsv", "d1\tone\n");
        assertTold("line 3, has 1 columns", "c.tsv", "id\ttext\n1\ta\n2\n");
    }

    @Test
    void theTextOfAPdfIsRead() throws IOException {
        Document read = read(pdf("a.pdf", null)).get(0);
        assertEquals("A title", read.title());
        assertEquals("Wings flutter at speed.\nSecond line.", read.text());
    }

    private Path pdf(String name, StandardProtectionPolicy policy) throws IOException {
        Path file = folder.resolve(name);
        try (PDDocument pdf = new PDDocument()) {
            PDPage page = new PDPage();
            pdf.addPage(page);
            pdf.getDocumentInformation().setTitle("A title");
            try (PDPageContentStream content = new PDPageContentStream(pdf, page)) {
                content.beginText();
                content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), 12);
                content.newLineAtOffset(72, 700);
                content.showText("Wings flutter at speed.");
                content.newLineAtOffset(0, -14);
                content.showText("Second line.");
                content.endText();
            }
            if (policy != null) {
                pdf.protect(policy);
            }
            pdf.save(file.toFile());
        }
        return file;
    }

    @Test
    void aPdfThatIsLockedOrDamagedIsTold() throws IOException {
        AccessPermission all = new AccessPermission();
        assertTold("is encrypted", pdf("locked.pdf", new StandardProtectionPolicy("o", "u", all)));
        AccessPermission none = new AccessPermission();
        none.setCanExtractContent(false);
        assertTold(
                "does not allow",
                pdf("forbidden.pdf", new StandardProtectionPolicy("o", "", none)));
        byte[] bytes = Files.readAllBytes(pdf("whole.pdf", null));
        Path cut = folder.resolve("cut.pdf");
        Files.write(cut, java.util.Arrays.copyOf(bytes, 60));
        assertTold("damaged", cut);
        assertTold("damaged", "no.pdf", "this is no PDF");
    }

    @Test
    void foldersAreReadWithinTheirBounds() throws IOException {
        Path root = Files.createDirectories(folder.resolve("root/sub/.hidden"));
        Path top = folder.resolve("root").toRealPath();
        Files.writeString(root.resolve("no.txt"), "x");
        Files.writeString(top.resolve("sub/b.md"), "x");
        Files.writeString(top.resolve("a.txt"), "x");
        Files.writeString(top.resolve("z.exe"), "x");
        Files.writeString(folder.resolve("secret.txt"), "x");
        Files.createSymbolicLink(top.resolve("out.txt"), folder.resolve("secret.txt"));
        Files.createSymbolicLink(top.resolve("in.txt"), top.resolve("a.txt"));
        Files.createSymbolicLink(top.resolve("dead.txt"), top.resolve("gone"));
        Files.createSymbolicLink(top.resolve("loop"), top);
        DocumentFiles files = DocumentFiles.of(List.of(folder.resolve("root")));
        assertEquals(
                List.of(
                        new DocumentFiles.Found(top.resolve("a.txt"), DocumentFormat.TEXT),
                        new DocumentFiles.Found(top.resolve("sub/b.md"), DocumentFormat.MARKDOWN)),
                files.files());
        assertEquals(1, files.otherFiles());
        assertEquals(3, files.leftOut().size(), files.leftOut().toString());
        assertFalse(files.leftOut().toString().contains("in.txt"));
        // a file that is named is read, whatever its ending
        assertEquals(
                DocumentFormat.TEXT,
                DocumentFiles.of(List.of(top.resolve("z.exe"))).files().get(0).format());
    }

    @Test
    void endingsTellTheFormat() {
        assertEquals(DocumentFormat.JSON_LINES, DocumentFormat.of(Path.of("a.jsonl.gz")).get());
        assertEquals(DocumentFormat.PDF, DocumentFormat.of(Path.of("A.PDF")).get());
        assertTrue(DocumentFormat.of(Path.of("a.pdf.gz")).isEmpty());
        assertTrue(DocumentFormat.of(Path.of("Makefile")).isEmpty());
    }
}
