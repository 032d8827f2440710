// SPDX-License-Identifier: MIT
// A source of the server that is running, as the server itself tells it.
import { Code, Group, Paper, Skeleton, Text, Title } from "@mantine/core";
import hljs from "highlight.js/lib/core";
import cpp from "highlight.js/lib/languages/cpp";
import { useEffect, useState } from "react";
import { CopyTextButton } from "./CopyTextButton";
import classes from "./SourcePanel.module.css";

hljs.registerLanguage("cpp", cpp);

async function load(file: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(`/source/${file}`, { signal });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.text();
}

function useSource(file: string) {
  const [source, setSource] = useState("");
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const abandoned = new AbortController();
    load(file, abandoned.signal).then(setSource, () => setFailed(!abandoned.signal.aborted));
    return () => abandoned.abort();
  }, [file]);
  return { source, failed };
}

function Listing({ source, file }: { source: string; file: string }) {
  return (
    <pre className={classes.listing} tabIndex={0} aria-label={`Source of ${file}`}>
      <code
        dangerouslySetInnerHTML={{ __html: hljs.highlight(source, { language: "cpp" }).value }}
      />
    </pre>
  );
}

export function SourcePanel({ file }: { file: string }) {
  const { source, failed } = useSource(file);
  const lines = source.trimEnd().split("\n").length;
  return (
    <Paper component="section" withBorder className={classes.panel} aria-label="Server part">
      <Group justify="space-between" p="sm" wrap="nowrap">
        <div>
          <Title order={2} size="sm">
            The server part
          </Title>
          <Text size="sm" c="dimmed">
            <Code>{file}</Code> {source && `${lines} lines`}
          </Text>
        </div>
        {source && <CopyTextButton text={source} compact />}
      </Group>
      {source && <Listing source={source} file={file} />}
      {!source && !failed && <Skeleton h={320} m="sm" w="auto" aria-label="Loading the source" />}
      {failed && (
        <Text p="sm" role="alert">
          The source could not be loaded. Reload the page to try again.
        </Text>
      )}
    </Paper>
  );
}
