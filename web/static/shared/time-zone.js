// Stores the reader's time zone in a cookie, so that the server formats times in it.
// @ts-check

const YEAR_SECONDS = 365 * 24 * 60 * 60;

const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
document.cookie = `time_zone=${timeZone}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax`;

export {};
