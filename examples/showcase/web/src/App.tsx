// SPDX-License-Identifier: MIT
import {
  ActionIcon,
  AppShell,
  Box,
  Burger,
  Group,
  NavLink,
  Text,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { House, Moon, Sun, type LucideIcon } from "lucide-react";
import { useEffect, type CSSProperties } from "react";
import { Link, Route, Routes, useLocation } from "react-router-dom";
import { ToastContainer } from "react-toastify";
import classes from "./App.module.css";
import { applications } from "./applications";
import { ApplicationPage } from "./components/ApplicationPage";
import { ConnectionBadge } from "./components/ConnectionBadge";
import { Logo } from "./components/Logo";
import { Home } from "./pages/Home";
import { NotFound } from "./pages/NotFound";

const title = "Socket.IO for C++";

function ColorSchemeButton() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const other = scheme === "dark" ? "light" : "dark";
  return (
    <ActionIcon
      variant="default"
      size="lg"
      aria-label={`Use the ${other} colours`}
      onClick={() => setColorScheme(other)}
    >
      {scheme === "dark" ? <Sun size={18} /> : <Moon size={18} />}
    </ActionIcon>
  );
}

function NavigationLink({
  path,
  label,
  icon: Icon,
}: {
  path: string;
  label: string;
  icon: LucideIcon;
}) {
  const location = useLocation();
  const active = location.pathname === path;
  return (
    <NavLink
      component={Link}
      to={{ pathname: path, search: location.search }}
      label={label}
      leftSection={<Icon size={18} aria-hidden />}
      active={active}
      aria-current={active ? "page" : undefined}
    />
  );
}

const toastStyle = {
  "--toastify-font-family": "var(--mantine-font-family)",
  "--toastify-color-light": "var(--mantine-color-body)",
  "--toastify-color-dark": "var(--mantine-color-dark-6)",
  "--toastify-text-color-light": "var(--mantine-color-text)",
  "--toastify-text-color-dark": "var(--mantine-color-text)",
} as CSSProperties;

/** A notification is seen on every page. */
function Toasts() {
  const scheme = useComputedColorScheme("light");
  return <ToastContainer theme={scheme} autoClose={6000} limit={4} style={toastStyle} />;
}

/** Each page has its title in the browser's tab, and begins at its top. */
function useTitle() {
  const { pathname } = useLocation();
  useEffect(() => {
    const application = applications.find(({ path }) => path === pathname);
    document.title = application ? `${application.title} – ${title}` : title;
    window.scrollTo(0, 0);
  }, [pathname]);
}

export function App() {
  const [opened, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  useTitle();
  useEffect(close, [pathname, close]);

  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 224, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding={{ base: "sm", sm: "lg" }}
    >
      <a className={classes.skip} href="#content">
        Skip to the content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label="Navigation"
              aria-expanded={opened}
            />
            <UnstyledButton component={Link} to="/">
              <Group gap="xs" wrap="nowrap">
                <Box visibleFrom="xs">
                  <Logo />
                </Box>
                <Text fw={650} truncate>
                  {title}
                </Text>
              </Group>
            </UnstyledButton>
          </Group>
          <Group gap="sm" wrap="nowrap">
            <ConnectionBadge />
            <ColorSchemeButton />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Applications">
        <NavigationLink path="/" label="What this is" icon={House} />
        {applications.map(({ path, title: label, icon }) => (
          <NavigationLink key={path} path={path} label={label} icon={icon} />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className={classes.content}>
        <Routes>
          <Route path="/" element={<Home />} />
          {applications.map((application) => (
            <Route
              key={application.path}
              path={application.path}
              element={<ApplicationPage application={application} />}
            />
          ))}
          <Route path="*" element={<NotFound />} />
        </Routes>
      </AppShell.Main>
      <Toasts />
    </AppShell>
  );
}
