// A browser that prefers Chinese starts on the Chinese page; the link in the header
// wins from then on.
{
  const chosen = sessionStorage.getItem('tunebook-language');
  const chinese = location.pathname.replace(/\/$/, '').endsWith('/zh');
  const wanted = chosen || (navigator.languages[0] || '').slice(0, 2);
  if (!chosen) sessionStorage.setItem('tunebook-language', wanted === 'zh' ? 'zh' : 'en');
  if (!chosen && wanted === 'zh' && !chinese)
    location.replace(location.pathname.replace(/\/?$/, '/zh') + location.search);
  // As the document began: Gradio's own words name it by a longer word since.
  document.documentElement.lang = chinese ? 'zh' : 'en';
}
