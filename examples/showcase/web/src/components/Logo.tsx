// SPDX-License-Identifier: MIT

export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" />
      <path d="M8.5 10.5a3 3 0 0 1 3-3h9a3 3 0 0 1 3 3v6a3 3 0 0 1-3 3h-5.2l-4.3 4a.6.6 0 0 1-1-.45V19.4a3 3 0 0 1-1.5-2.6z" />
      <circle cx="13" cy="13.6" r="1.3" />
      <circle cx="19" cy="13.6" r="1.3" />
    </svg>
  );
}
